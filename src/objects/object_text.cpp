#include "objects/object_text.hpp"

namespace bedplate::objects {

Task<std::string> read_object(Objects& objects, ObjectUri uri, std::size_t bytes_max) {
  GetOptions options;
  const auto reader =
      co_await objects.get_object(std::move(uri.bucket), std::move(uri.key), std::move(options));
  if (reader->info().size_bytes > bytes_max) throw objects_error(ErrorKind::kEntityTooLarge);
  std::string text;
  text.reserve(reader->info().size_bytes);
  for (;;) {
    const std::string piece = co_await reader->read();
    if (piece.empty()) break;
    text += piece;
  }
  co_return text;
}

Task<ObjectInfo> write_object(Objects& objects, ObjectUri uri, std::string text,
                              std::string content_type) {
  PutOptions options;
  options.headers.content_type = std::move(content_type);
  options.size_bytes = text.size();
  const auto writer =
      co_await objects.put_object(std::move(uri.bucket), std::move(uri.key), std::move(options));
  co_await writer->write(std::move(text));
  CommitOptions commit;
  co_return co_await writer->commit(std::move(commit));
}

Task<bool> object_exists(Objects& objects, ObjectUri uri) {
  GetOptions options;
  try {
    co_await objects.head_object(std::move(uri.bucket), std::move(uri.key), std::move(options));
    co_return true;
  } catch (const ObjectsError& error) {
    if (error.kind != ErrorKind::kNoSuchKey) throw;
  }
  co_return false;
}

Task<LineReader> LineReader::open(Objects& objects, ObjectUri uri, std::size_t line_bytes_max,
                                  std::uint64_t from) {
  LineReader lines(line_bytes_max, from);
  GetOptions options;
  if (from > 0) options.range = ByteRange{from, {}, {}};
  try {
    lines.reader_ = co_await objects.get_object(uri.bucket, uri.key, std::move(options));
    lines.info_ = lines.reader_->info();
    co_return std::move(lines);
  } catch (const ObjectsError& error) {
    // Begun where it ends: there are no lines, and that is no error.
    if (error.kind != ErrorKind::kInvalidRange || error.size_bytes != from) throw;
  }
  GetOptions whole;
  lines.info_ =
      co_await objects.head_object(std::move(uri.bucket), std::move(uri.key), std::move(whole));
  co_return std::move(lines);
}

Task<std::optional<LineReader::Line>> LineReader::next() {
  Line line;
  line.offset = offset_;
  std::size_t searched = begin_;
  for (;;) {
    const std::size_t end = buffer_.find('\n', searched);
    if (end != buffer_.npos) {
      if (!line.too_long) line.text.assign(buffer_, begin_, end - begin_);
      offset_ += end + 1 - begin_;
      begin_ = end + 1;
      break;
    }
    if (line.too_long || buffer_.size() - begin_ > line_bytes_max_ + 1) {
      line.too_long = true;  // what is passed over need not be kept
      offset_ += buffer_.size() - begin_;
      begin_ = buffer_.size();
    }
    std::string piece;
    if (reader_) piece = co_await reader_->read();
    if (piece.empty()) {
      reader_.reset();
      if (offset_ == line.offset && begin_ == buffer_.size()) co_return std::nullopt;
      if (!line.too_long) line.text.assign(buffer_, begin_);
      offset_ += buffer_.size() - begin_;
      begin_ = buffer_.size();
      break;
    }
    buffer_.erase(0, begin_);
    begin_ = 0;
    searched = buffer_.size();
    buffer_ += piece;
  }
  if (line.text.ends_with('\r')) line.text.pop_back();
  if (line.text.size() > line_bytes_max_) line.too_long = true;
  if (line.too_long) line.text.clear();
  co_return line;
}

}  // namespace bedplate::objects
