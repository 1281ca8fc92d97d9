#include "documents/reading_task.hpp"

#include <boost/json.hpp>
#include <stdexcept>

namespace bedplate::documents {
namespace {

constexpr std::size_t kHeadBytes = 5;

template <class Task, class Visitor>
void visit_numbers(Task& task, Visitor visit) {
  visit("pages_max", task.pages_max);
  visit("long_edge_px", task.long_edge_px);
  visit("image_side_max_px", task.image_side_max_px);
  visit("mask_area", task.mask_area);
  visit("mask_grow_px", task.mask_grow_px);
  visit("mask_width_px", task.mask_width_px);
  visit("mask_height_px", task.mask_height_px);
  visit("margin_left_px", task.margins.left_px);
  visit("margin_right_px", task.margins.right_px);
  visit("margin_top_px", task.margins.top_px);
  visit("margin_bottom_px", task.margins.bottom_px);
  visit("deadline_ms", task.deadline_ms);
  visit("page_time_ms", task.page_time_ms);
  visit("megapixel_time_ms", task.megapixel_time_ms);
  visit("memory_max_bytes", task.memory_max_bytes);
  visit("text_max_bytes", task.text_max_bytes);
  visit("unpacked_max_bytes", task.unpacked_max_bytes);
  visit("images_max_bytes", task.images_max_bytes);
}

}  // namespace

std::string to_argument(const ReadingTask& task) {
  boost::json::object object;
  object["kind"] = static_cast<int>(task.kind);
  object["format"] = name_of(task.format);
  object["search_path"] = task.search_path;
  visit_numbers(task, [&](const char* name, auto value) { object[name] = value; });
  return boost::json::serialize(object);
}

ReadingTask from_argument(std::string_view argument) {
  try {
    const boost::json::value value = boost::json::parse(argument);
    const boost::json::object& object = value.as_object();
    ReadingTask task;
    const int kind = object.at("kind").to_number<int>();
    if (kind < 0 || kind > static_cast<int>(ReadingKind::kImageWithMargins)) {
      throw std::invalid_argument("unknown kind");
    }
    task.kind = static_cast<ReadingKind>(kind);
    const auto format = document_format(object.at("format").as_string());
    if (!format) throw std::invalid_argument("unknown format");
    task.format = *format;
    task.search_path = object.at("search_path").as_string();
    visit_numbers(task, [&](const char* name, auto& number) {
      number = object.at(name).to_number<std::remove_reference_t<decltype(number)>>();
    });
    return task;
  } catch (const std::exception&) {
    throw std::invalid_argument("the argument is not a reading task");
  }
}

std::string encode_frame(FrameKind kind, std::string_view payload) {
  std::string frame;
  frame.reserve(kHeadBytes + payload.size());
  frame += static_cast<char>(kind);
  for (int shift = 24; shift >= 0; shift -= 8) {
    frame += static_cast<char>((payload.size() >> shift) & 0xFF);
  }
  frame += payload;
  return frame;
}

void FrameReader::feed(std::string_view bytes) {
  seen_bytes_ += bytes.size();
  if (seen_bytes_ > bytes_max_) {
    throw DocumentError(DocumentFault::kTooLarge, "the child's answer is longer than allowed");
  }
  buffer_.erase(0, std::exchange(at_, 0));
  buffer_ += bytes;
}

std::optional<Frame> FrameReader::next() {
  const std::string_view rest = std::string_view(buffer_).substr(at_);
  if (rest.size() < kHeadBytes) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 1; i < kHeadBytes; ++i) {
    length = length << 8 | static_cast<unsigned char>(rest[i]);
  }
  if (rest.size() - kHeadBytes < length) return std::nullopt;
  at_ += kHeadBytes + length;
  return Frame{static_cast<FrameKind>(rest[0]), std::string(rest.substr(kHeadBytes, length))};
}

std::string failure_text(const DocumentError& error) {
  const boost::json::value text = {
      {"fault", static_cast<int>(error.fault)}, {"limit", error.limit}, {"detail", error.what()}};
  return boost::json::serialize(text);
}

DocumentError parse_failure(std::string_view text) {
  try {
    const boost::json::value value = boost::json::parse(text);
    const int fault = value.at("fault").to_number<int>();
    if (fault < 0 || fault > static_cast<int>(DocumentFault::kReaderFailed)) {
      throw std::invalid_argument("unknown fault");
    }
    DocumentError error(static_cast<DocumentFault>(fault),
                        std::string(value.at("detail").as_string()));
    error.limit = value.at("limit").to_number<int>();
    return error;
  } catch (const std::exception&) {
    return {DocumentFault::kUnreadable, "the child's report of a failure is damaged"};
  }
}

}  // namespace bedplate::documents
