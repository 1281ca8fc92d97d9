#include "inference/engines/weights_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <stdexcept>
#include <vector>

namespace bedplate::inference {
namespace {

constexpr std::uint64_t kEntriesMax = 65'536;
constexpr std::uint64_t kTextBytesMax = 64 * 1024 * 1024;  ///< templates are long
constexpr int kNestingMax = 4;
constexpr int kPartsMax = 1'000;

enum class Type : std::uint32_t {
  kUint8,
  kInt8,
  kUint16,
  kInt16,
  kUint32,
  kInt32,
  kFloat32,
  kBool,
  kText,
  kArray,
  kUint64,
  kInt64,
  kFloat64,
};

/// Numbers by key. Of an array of numbers, the largest counts.
using Numbers = std::map<std::string, std::int64_t, std::less<>>;

/// Reads the little-endian header.
class Header {
 public:
  explicit Header(std::ifstream& file) : file_(file) {}

  template <class Number>
  Number number() {
    Number value{};
    read(&value, sizeof value);
    return value;
  }

  std::string text() {
    const auto size = number<std::uint64_t>();
    if (size > kTextBytesMax) throw std::runtime_error("its header makes no sense");
    std::string value(size, '\0');
    read(value.data(), value.size());
    return value;
  }

  void skip_text() {
    const auto size = number<std::uint64_t>();
    if (size > kTextBytesMax) throw std::runtime_error("its header makes no sense");
    skip(size);
  }

  void skip(std::uint64_t bytes) {
    // Seeking beyond the end would go unnoticed.
    file_.ignore(static_cast<std::streamsize>(bytes));
    if (file_.gcount() != static_cast<std::streamsize>(bytes)) file_.setstate(std::ios::failbit);
    check();
  }

  void check() {
    if (!file_) throw std::runtime_error("it ends within its header: a download cut off?");
  }

 private:
  void read(void* to, std::size_t size) {
    file_.read(static_cast<char*>(to), static_cast<std::streamsize>(size));
    check();
  }

  std::ifstream& file_;
};

std::uint64_t size_of(Type type) {
  switch (type) {
    case Type::kUint8:
    case Type::kInt8:
    case Type::kBool:
      return 1;
    case Type::kUint16:
    case Type::kInt16:
      return 2;
    case Type::kUint32:
    case Type::kInt32:
    case Type::kFloat32:
      return 4;
    case Type::kUint64:
    case Type::kInt64:
    case Type::kFloat64:
      return 8;
    case Type::kText:
    case Type::kArray:
      break;
  }
  throw std::runtime_error("its header holds an unknown type");
}

/// The value as a number; 0 for what is none.
std::int64_t read_number(Header& header, Type type) {
  switch (type) {
    case Type::kUint8:
      return header.number<std::uint8_t>();
    case Type::kInt8:
      return header.number<std::int8_t>();
    case Type::kUint16:
      return header.number<std::uint16_t>();
    case Type::kInt16:
      return header.number<std::int16_t>();
    case Type::kUint32:
      return header.number<std::uint32_t>();
    case Type::kInt32:
      return header.number<std::int32_t>();
    case Type::kUint64:
      return static_cast<std::int64_t>(header.number<std::uint64_t>());
    case Type::kInt64:
      return header.number<std::int64_t>();
    default:
      header.skip(size_of(type));
      return 0;
  }
}

std::int64_t read_array(Header& header, int depth) {
  const auto type = static_cast<Type>(header.number<std::uint32_t>());
  const auto count = header.number<std::uint64_t>();
  if (depth > kNestingMax || count > kTextBytesMax) {
    throw std::runtime_error("its header makes no sense");
  }
  std::int64_t largest = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (type == Type::kText) {
      header.skip_text();
    } else if (type == Type::kArray) {
      read_array(header, depth + 1);
    } else {
      largest = std::max(largest, read_number(header, type));
    }
  }
  return largest;
}

std::int64_t bytes_per_token(const Numbers& numbers, const std::string& architecture) {
  const auto get = [&](const char* name, std::int64_t otherwise) {
    const auto at = numbers.find(architecture + name);
    return at == numbers.end() || at->second <= 0 ? otherwise : at->second;
  };
  const std::int64_t layers = get(".block_count", 0);
  const std::int64_t width = get(".embedding_length", 0);
  const std::int64_t heads = std::max<std::int64_t>(1, get(".attention.head_count", 1));
  const std::int64_t kv_heads = get(".attention.head_count_kv", heads);
  const std::int64_t key = get(".attention.key_length", width / heads);
  const std::int64_t value = get(".attention.value_length", width / heads);
  return layers * kv_heads * (key + value) * 2;
}

/// "model-00001-of-00003.gguf" stands for all three.
std::int64_t size_of_parts(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  constexpr std::string_view kFirst = "-00001-of-";
  const std::size_t at = name.find(kFirst);
  auto size = static_cast<std::int64_t>(std::filesystem::file_size(path));
  if (at == std::string::npos) return size;
  for (int part = 2; part <= kPartsMax; ++part) {
    std::string other = name;
    other.replace(at, kFirst.size(), fmt::format("-{:05}-of-", part));
    std::error_code missing;
    const auto more = std::filesystem::file_size(path.parent_path() / other, missing);
    if (missing) break;
    size += static_cast<std::int64_t>(more);
  }
  return size;
}

WeightsFacts read_header(std::ifstream& file, const std::filesystem::path& path) {
  Header header(file);
  char magic[4] = {};
  if (!file.read(magic, sizeof magic) || std::memcmp(magic, "GGUF", 4) != 0) {
    throw std::runtime_error("it is no GGUF file");
  }
  const auto version = header.number<std::uint32_t>();
  if (version < 2 || version > 3) {
    throw std::runtime_error(fmt::format("its GGUF version is {}", version));
  }
  header.number<std::uint64_t>();  // tensors
  const auto entries = header.number<std::uint64_t>();
  if (entries > kEntriesMax) throw std::runtime_error("its header makes no sense");
  WeightsFacts facts;
  Numbers numbers;
  for (std::uint64_t i = 0; i < entries; ++i) {
    const std::string key = header.text();
    const auto type = static_cast<Type>(header.number<std::uint32_t>());
    if (type == Type::kText) {
      const std::string value = header.text();
      if (key == "general.architecture") facts.architecture = value;
    } else if (type == Type::kArray) {
      numbers[key] = read_array(header, 0);
    } else {
      numbers[key] = read_number(header, type);
    }
  }
  if (facts.architecture.empty()) throw std::runtime_error("it names no architecture");
  facts.size_bytes = size_of_parts(path);
  facts.context_tokens = numbers[facts.architecture + ".context_length"];
  if (const auto at = numbers.find(facts.architecture + ".pooling_type"); at != numbers.end()) {
    facts.pooling = at->second;
  }
  facts.cache_bytes_per_token = bytes_per_token(numbers, facts.architecture);
  return facts;
}

}  // namespace

WeightsFacts read_weights_blocking(const std::filesystem::path& path) {
  std::error_code trouble;
  if (!std::filesystem::is_regular_file(path, trouble)) {
    throw std::runtime_error(fmt::format("the weights file {} does not exist", path.string()));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::runtime_error(
        fmt::format("the weights file {} cannot be read: {}", path.string(), std::strerror(errno)));
  }
  try {
    return read_header(file, path);
  } catch (const std::exception& problem) {
    throw std::runtime_error(
        fmt::format("the weights file {} is of no use: {}", path.string(), problem.what()));
  }
}

}  // namespace bedplate::inference
