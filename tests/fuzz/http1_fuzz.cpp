// Feeds bytes to the decoder of HTTP/1 requests, in one piece and byte by byte: both must see the
// same requests and end the same way, also when bodies are taken piece by piece. The second half
// feeds the decoder of responses.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "wire/http1/request_decoder.hpp"
#include "wire/http1/response_decoder.hpp"

namespace {

using bedplate::ApiError;
using bedplate::wire::Headers;
using bedplate::wire::Limits;
using bedplate::wire::Request;
using bedplate::wire::http1::MalformedResponse;
using bedplate::wire::http1::RequestDecoder;
using bedplate::wire::http1::ResponseDecoder;

void require(bool holds) {
  if (!holds) std::abort();
}

// Everything that is observable of what was decoded, as one text.
void describe(std::string& seen, const Headers& headers) {
  for (const auto& [name, value] : headers) {
    require(!name.empty());
    require(name.find_first_of(std::string_view("\r\n\0 \t:", 6)) == std::string::npos);
    require(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    seen.append(name).append("=").append(value).append("\n");
  }
}

std::string decode_requests(std::string_view bytes, std::size_t step, const Limits& limits) {
  std::string seen;
  RequestDecoder decoder(limits);
  try {
    while (!bytes.empty() || decoder.state() == RequestDecoder::State::kDone) {
      if (decoder.state() == RequestDecoder::State::kDone) {
        const Request request = decoder.take();
        require(!request.method.empty() && !request.target.empty());
        require(request.target[0] == '/' || request.target == "*");
        require(request.body.size() <= limits.body_bytes_max);
        seen.append(request.method).append(" ").append(request.target).append("\n");
        describe(seen, request.headers);
        seen.append(request.body).append(decoder.keep_alive() ? "\nkeep\n" : "\nclose\n");
        decoder.next();
        continue;
      }
      const auto room = decoder.prepare();
      require(room.size() > 0);
      const std::size_t count = std::min({step, room.size(), bytes.size()});
      std::memcpy(room.data(), bytes.data(), count);
      bytes.remove_prefix(count);
      decoder.commit(count);
    }
  } catch (const ApiError& error) {
    require(error.close_connection);
    require(error.http_status == 400 || error.http_status == 413 || error.http_status == 431);
    seen.append("refused ").append(std::to_string(error.http_status));
  }
  return seen;
}

// The same with bodies in pieces. Nothing when the bytes are no requests: how much of them was seen
// by then differs.
std::optional<std::string> decode_streamed(std::string_view bytes, std::size_t step,
                                           const Limits& limits) {
  using State = RequestDecoder::State;
  std::string seen;
  bool in_request = false;
  RequestDecoder decoder(limits, [](const Request&) { return true; });
  try {
    for (;;) {
      const State state = decoder.state();
      if (!in_request && (state == State::kStream || state == State::kDone)) {
        const Request request = decoder.take();
        require(request.body.empty());
        seen.append(request.method).append(" ").append(request.target).append("\n");
        describe(seen, request.headers);
        in_request = true;
      }
      if (in_request) seen += decoder.take_piece();
      if (state == State::kDone) {
        seen.append(decoder.keep_alive() ? "\nkeep\n" : "\nclose\n");
        in_request = false;
        decoder.next();
        continue;
      }
      if (bytes.empty()) return in_request ? std::nullopt : std::optional(seen);
      const auto room = decoder.prepare();
      require(room.size() > 0);
      const std::size_t count = std::min({step, room.size(), bytes.size()});
      std::memcpy(room.data(), bytes.data(), count);
      bytes.remove_prefix(count);
      decoder.commit(count);
    }
  } catch (const ApiError& error) {
    require(error.close_connection);
    return std::nullopt;
  }
}

std::string decode_response(std::string_view bytes, std::size_t step) {
  std::string seen;
  ResponseDecoder decoder(1024, false);
  const auto take = [&] {
    while (decoder.head_done()) {
      const std::string_view piece = decoder.next_piece();
      if (piece.empty()) break;
      seen += piece;
    }
  };
  try {
    while (!bytes.empty() && !decoder.done()) {
      const auto room = decoder.prepare();
      require(room.size() > 0);
      const std::size_t count = std::min({step, room.size(), bytes.size()});
      std::memcpy(room.data(), bytes.data(), count);
      bytes.remove_prefix(count);
      decoder.commit(count);
      take();
    }
    if (!decoder.done()) decoder.commit_end();
  } catch (const MalformedResponse&) {
    // How much of a broken response comes before the break depends on how it was cut up.
    return decoder.head_done() ? std::to_string(decoder.status()) : "broken";
  }
  describe(seen, decoder.headers());
  return seen + std::to_string(decoder.status());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Limits limits;
  limits.header_bytes_max = 512;
  limits.body_bytes_max = 2048;
  limits.streamed_body_bytes_max = 2048;
  const std::string at_once = decode_requests(bytes, size, limits);
  require(at_once == decode_requests(bytes, 1, limits));
  require(at_once == decode_requests(bytes, 7, limits));
  for (const std::size_t step : {size, std::size_t{1}, std::size_t{7}}) {
    const std::optional<std::string> streamed = decode_streamed(bytes, step, limits);
    require(!streamed || *streamed == at_once);
  }
  require(decode_response(bytes, size) == decode_response(bytes, 1));
  return 0;
}
