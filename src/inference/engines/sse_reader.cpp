#include "inference/engines/sse_reader.hpp"

#include "inference/engine.hpp"

namespace bedplate::inference {

std::optional<std::string_view> SseReader::next() {
  if (delivered_) {
    data_.clear();
    has_data_ = delivered_ = false;
  }
  for (;;) {
    const std::size_t end = piece_.find('\n');
    const std::size_t added = std::min(end, piece_.size());
    if (line_.size() + data_.size() + added > kEventBytesMax) {
      throw EngineError(EngineError::Kind::kFailed, "The engine sent an event that is too long.");
    }
    if (end == std::string_view::npos) {
      line_ += piece_;
      piece_ = {};
      return std::nullopt;
    }
    std::string_view line = piece_.substr(0, end);
    piece_.remove_prefix(end + 1);
    if (!line_.empty()) {
      line_ += line;
      line = line_;
    }
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool blank = line.empty();
    if (!blank) take_line(line);
    line_.clear();
    if (blank && has_data_) {
      delivered_ = true;
      return data_;
    }
  }
}

void SseReader::take_line(std::string_view line) {
  constexpr std::string_view kField = "data";
  if (!line.starts_with(kField)) return;
  line.remove_prefix(kField.size());
  if (!line.empty()) {
    if (line.front() != ':') return;
    line.remove_prefix(1);
    if (line.starts_with(' ')) line.remove_prefix(1);
  }
  if (has_data_) data_ += '\n';
  data_ += line;
  has_data_ = true;
}

}  // namespace bedplate::inference
