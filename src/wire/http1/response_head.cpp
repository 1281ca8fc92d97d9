#include "wire/http1/response_head.hpp"

#include <boost/beast/http/status.hpp>
#include <stdexcept>

#include "base/clock.hpp"

namespace bedplate::wire {

std::string_view current_http_date() {
  thread_local std::time_t second = -1;
  thread_local std::string text;
  const auto now = SystemClock::now();
  const std::time_t this_second = SystemClock::to_time_t(now);
  if (this_second != second) {
    second = this_second;
    text = format_http_date(now);
  }
  return text;
}

void check_response_fields(const Headers& headers) {
  constexpr std::string_view kLineBreakers("\r\n\0", 3);
  for (const auto& [name, value] : headers) {
    if (name.empty() || name.find_first_of(kLineBreakers) != std::string::npos ||
        value.find_first_of(kLineBreakers) != std::string::npos) {
      throw std::invalid_argument("a response header has a line end in it: " + name);
    }
  }
}

}  // namespace bedplate::wire

namespace bedplate::wire::http1 {
namespace {

std::string_view reason_of(int status) {
  if (status == 529) return "Overloaded";  // Anthropic's own; no standard has it
  const auto reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  return {reason.data(), reason.size()};
}

}  // namespace

bool is_bodiless(int status) {
  return status / 100 == 1 || status == 204 || status == 304;
}

std::string format_head(const ResponseHead& head, Framing framing, bool keep_alive) {
  check_response_fields(head.headers);
  std::string text;
  text.reserve(512);
  fmt::format_to(std::back_inserter(text), "HTTP/1.1 {} {}\r\nDate: {}\r\n", head.status,
                 reason_of(head.status), current_http_date());
  for (const auto& [name, value] : head.headers) {
    text.append(name).append(": ").append(value).append("\r\n");
  }
  switch (framing.kind) {
    case Framing::Kind::kLength:
      fmt::format_to(std::back_inserter(text), "Content-Length: {}\r\n", framing.length_bytes);
      break;
    case Framing::Kind::kChunked:
      text += "Transfer-Encoding: chunked\r\n";
      break;
    case Framing::Kind::kNone:
    case Framing::Kind::kUntilClose:
      break;
  }
  text += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return text;
}

}  // namespace bedplate::wire::http1
