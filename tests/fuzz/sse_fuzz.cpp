// An engine's streamed reply: whatever arrives is followed or refused with an EngineError, what
// comes out is whole UTF-8 and in order, and where the bytes were cut makes no difference.
#include <cstdint>
#include <string_view>

#include "inference/engines/chat_stream.hpp"
#include "inference/engines/sse_reply.hpp"
#include "reply_outcome.hpp"

namespace {

using namespace bedplate::inference;

Outcome follow(const ReplyShape& shape, std::string_view bytes, std::size_t step) {
  ChatStream stream(shape);
  SseReply reply(stream);
  return bedplate::inference::follow(reply, bytes, step);
}

}  // namespace

// The first byte chooses the format, how calls arrive and the size of the pieces; the rest is the
// body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr ReplyFormat kFormats[] = {ReplyFormat::kChat, ReplyFormat::kCompletion,
                                      ReplyFormat::kNative};
  constexpr ToolReply kTools[] = {ToolReply::kNative, ToolReply::kTagged, ToolReply::kForced};
  const ReplyShape shape{
      .format = kFormats[data[0] % 3], .tools = kTools[data[0] / 3 % 3], .max_tokens = 16};
  const std::size_t step = 1 + data[0] / 9;
  const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
  const Outcome whole = follow(shape, body, body.size() + 1);
  check(whole == follow(shape, body, step));
  check(whole == follow(shape, body, 1));
  return 0;
}
