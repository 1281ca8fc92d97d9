// Response headers as text.
#pragma once

#include <optional>
#include <string>

#include "wire/http.hpp"

namespace bedplate::wire::http1 {

/// How the client learns where the body ends.
struct Framing {
  enum class Kind { kNone, kLength, kChunked, kUntilClose } kind = Kind::kNone;
  std::size_t length_bytes = 0;  ///< kLength
};

/// The status line and all fields, ready to be sent. Throws std::invalid_argument when a field
/// would break out of its line.
std::string format_head(const ResponseHead& head, Framing framing, bool keep_alive);

/// A status that never has a body: 1xx, 204, 304.
bool is_bodiless(int status);

}  // namespace bedplate::wire::http1

namespace bedplate::wire {

/// `Fri, 02 Jan 2026 03:04:05 GMT`, made once a second. Valid until the thread's next call.
std::string_view current_http_date();

/// Throws std::invalid_argument when a name or value has a line end or a NUL in it.
void check_response_fields(const Headers& headers);

}  // namespace bedplate::wire
