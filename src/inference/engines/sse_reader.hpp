// Server-sent events, as they arrive.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bedplate::inference {

/// Reads the `data` of server-sent events (WHATWG HTML, 9.2) out of pieces cut anywhere. Other
/// fields and comments are passed over. Lines end with LF or CR LF.
class SseReader {
 public:
  static constexpr std::size_t kEventBytesMax = 1024 * 1024;

  /// Gives it the next piece, which must stay as it is until next() has returned nothing.
  void feed(std::string_view piece) { piece_ = piece; }

  /// The next whole event's data, valid until the next call; nothing when more has to be fed.
  /// Throws EngineError (kFailed) when an event is longer than kEventBytesMax.
  std::optional<std::string_view> next();

 private:
  void take_line(std::string_view line);

  std::string_view piece_;
  std::string line_;  ///< the begun line
  std::string data_;  ///< of the begun event
  bool has_data_ = false;
  bool delivered_ = false;
};

}  // namespace bedplate::inference
