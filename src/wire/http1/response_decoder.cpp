#include "wire/http1/response_decoder.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstring>

namespace bedplate::wire::http1 {
namespace {

namespace http = boost::beast::http;
using BeastError = boost::beast::error_code;

constexpr std::size_t kBufferSizeBytes = 8 * 1024;
constexpr std::size_t kLastChunkBytes = 5;

}  // namespace

struct ResponseDecoder::Parser : http::response_parser<http::empty_body> {
  Parser(std::size_t header_bytes_max, bool to_head_request) {
    header_limit(static_cast<std::uint32_t>(header_bytes_max));
    body_limit(boost::none);
    if (to_head_request) skip(true);
    on_chunk_header(begin_chunk);
    on_chunk_body(take_piece);
  }

  std::function<void(std::uint64_t, boost::beast::string_view, BeastError&)> begin_chunk =
      [this](std::uint64_t size, boost::beast::string_view, BeastError&) {
        chunk_left_bytes = size;
      };

  // Joins the bodies of neighbouring chunks in place, over the chunk lines between them.
  std::function<std::size_t(std::uint64_t, boost::beast::string_view, BeastError&)> take_piece =
      [this](std::uint64_t, boost::beast::string_view piece, BeastError&) {
        if (!joined) joined = const_cast<char*>(piece.data());  // our own buffer
        std::memmove(joined + joined_bytes, piece.data(), piece.size());
        joined_bytes += piece.size();
        chunk_left_bytes -= piece.size();
        return piece.size();
      };
  std::uint64_t chunk_left_bytes = 0;
  char* joined = nullptr;
  std::size_t joined_bytes = 0;
};

ResponseDecoder::ResponseDecoder(std::size_t header_bytes_max, bool to_head_request)
    : header_bytes_max_(header_bytes_max),
      to_head_request_(to_head_request),
      parser_(std::make_unique<Parser>(header_bytes_max, to_head_request)) {}

ResponseDecoder::~ResponseDecoder() = default;

boost::asio::mutable_buffer ResponseDecoder::prepare() {
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == capacity_) {
    capacity_ = std::max(capacity_ * 2, kBufferSizeBytes);
    std::unique_ptr<char[]> larger(new char[capacity_]);
    if (end_ > 0) std::memcpy(larger.get(), buffer_.get(), end_);
    buffer_ = std::move(larger);
  }
  return {buffer_.get() + end_, capacity_ - end_};
}

void ResponseDecoder::commit(std::size_t bytes) {
  any_byte_ = any_byte_ || bytes > 0;
  end_ += bytes;
  if (!head_done_) read_head();
}

void ResponseDecoder::read_head() {
  while (!head_done_ && begin_ < end_) {
    BeastError error;
    begin_ += parser_->put(boost::asio::buffer(buffer_.get() + begin_, end_ - begin_), error);
    if (error == http::error::need_more) {
      if (end_ - begin_ > header_bytes_max_) throw MalformedResponse("its header is too long");
      return;
    }
    if (error) throw MalformedResponse(error.message());
    if (!parser_->is_header_done()) continue;
    if (parser_->get().result_int() / 100 == 1) {  // 100 Continue and its like announce another
      parser_ = std::make_unique<Parser>(header_bytes_max_, to_head_request_);
      continue;
    }
    head_done_ = true;
  }
  if (!head_done_) return;
  const auto& message = parser_->get();
  status_ = static_cast<int>(message.result_int());
  keep_alive_ = parser_->keep_alive();
  for (const auto& field : message) {
    headers_.add(std::string(field.name_string()), std::string(field.value()));
  }
  done_ = parser_->is_done();
  if (done_) return;
  if (parser_->chunked()) {
    body_ = Body::kChunks;
  } else if (parser_->content_length()) {
    body_ = Body::kLength;
    content_length_ = left_bytes_ = *parser_->content_length();
  } else {
    body_ = Body::kUntilEnd;
    keep_alive_ = false;
  }
}

void ResponseDecoder::commit_end() {
  if (head_done_ && body_ == Body::kUntilEnd) {
    done_ = true;
  } else if (!done_) {
    throw MalformedResponse("it ended in the middle");
  }
}

std::string_view ResponseDecoder::next_piece() {
  if (done_ || begin_ == end_) return {};
  if (body_ == Body::kChunks) return next_chunks();
  std::string_view piece(buffer_.get() + begin_, end_ - begin_);
  if (body_ == Body::kLength) {
    piece = piece.substr(
        0, static_cast<std::size_t>(std::min<std::uint64_t>(left_bytes_, piece.size())));
    left_bytes_ -= piece.size();
    done_ = left_bytes_ == 0;
  }
  begin_ += piece.size();
  return piece;
}

std::string_view ResponseDecoder::next_chunks() {
  parser_->joined = nullptr;
  parser_->joined_bytes = 0;
  while (!parser_->is_done() && begin_ < end_) {
    // Beast's assertion: it looks at the last chunk's line with all of "0 CR LF CR LF" only.
    if (parser_->chunk_left_bytes == 0 && end_ - begin_ < kLastChunkBytes) break;
    BeastError error;
    begin_ += parser_->put(boost::asio::buffer(buffer_.get() + begin_, end_ - begin_), error);
    if (error == http::error::need_more) {
      if (end_ - begin_ > header_bytes_max_)
        throw MalformedResponse("a chunk's header is too long");
      break;
    }
    if (error) throw MalformedResponse(error.message());
  }
  done_ = parser_->is_done();
  return {parser_->joined, parser_->joined_bytes};
}

}  // namespace bedplate::wire::http1
