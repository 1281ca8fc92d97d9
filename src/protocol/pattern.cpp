#include "protocol/pattern.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "base/log.hpp"

namespace bedplate::protocol {
namespace {

// Backtracking steps that one match may take: some models nest quantifiers.
constexpr std::uint32_t kMatchStepsMax = 1'000'000;

struct Free {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
using Code = std::unique_ptr<pcre2_code, Free>;

Code compile(std::string_view pattern) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  // A value must match as a whole: Java's String.matches, which is what AWS's texts show. \d, \w
  // and \s are ASCII's, and \uhhhh is a character, as in Java.
  constexpr std::uint32_t kOptions =
      PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX;
  Code code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), kOptions,
                          &error, &offset, nullptr));
  if (code) pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
  return code;
}

// Compiled patterns by the address of their text.
const pcre2_code* compiled(std::string_view pattern) {
  static std::shared_mutex mutex;
  static std::unordered_map<const char*, Code> cache;
  {
    std::shared_lock lock(mutex);
    const auto found = cache.find(pattern.data());
    if (found != cache.end()) return found->second.get();
  }
  Code code = compile(pattern);
  if (!code) log::error("PCRE2 refuses the pattern {}", pattern);
  std::unique_lock lock(mutex);
  return cache.try_emplace(pattern.data(), std::move(code)).first->second.get();
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) {
  const pcre2_code* code = compiled(pattern);
  if (!code) return true;  // a defect of ours must not refuse a client's value; a test finds it
  thread_local const std::unique_ptr<pcre2_match_data, Free> data(
      pcre2_match_data_create(1, nullptr));
  thread_local const std::unique_ptr<pcre2_match_context, Free> context = [] {
    std::unique_ptr<pcre2_match_context, Free> made(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(made.get(), kMatchStepsMax);
    return made;
  }();
  const auto match = [&](std::uint32_t options) {
    return pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, options,
                       data.get(), context.get());
  };
  int result = match(0);
  // The compiled matcher has a small stack of its own; the interpreter uses the heap.
  if (result == PCRE2_ERROR_JIT_STACKLIMIT) result = match(PCRE2_NO_JIT);
  return result >= 0;
}

bool is_valid_pattern(std::string_view pattern) {
  return compile(pattern) != nullptr;
}

}  // namespace bedplate::protocol
