// Objects as texts, for jobs: whole small ones, and large ones line by line.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "async/task.hpp"
#include "objects/object_uri.hpp"
#include "objects/objects.hpp"

namespace bedplate::objects {

/// The whole object. Throws kEntityTooLarge when it has more than `bytes_max` bytes, and what
/// Objects::get_object() throws.
Task<std::string> read_object(Objects& objects, ObjectUri uri, std::size_t bytes_max);

/// Puts a text in place of whatever is there.
Task<ObjectInfo> write_object(Objects& objects, ObjectUri uri, std::string text,
                              std::string content_type = "text/plain");

/// Whether there is such an object. A bucket that is not there is an error.
Task<bool> object_exists(Objects& objects, ObjectUri uri);

/// Lines of an object, in memory one piece at a time.
class LineReader {
 public:
  struct Line {
    std::string text;          ///< without its end (\n or \r\n); empty when `too_long`
    std::uint64_t offset = 0;  ///< of its first byte in the object: where to go on after a restart
    bool too_long = false;     ///< has more than the limit's bytes; it was passed over
  };
  /// Begins at byte `from`, which must be the start of a line (or the object's size).
  static Task<LineReader> open(Objects& objects, ObjectUri uri, std::size_t line_bytes_max,
                               std::uint64_t from = 0);
  /// Nothing at the end. A last line needs no end.
  Task<std::optional<Line>> next();
  const ObjectInfo& info() const { return info_; }

 private:
  LineReader(std::size_t line_bytes_max, std::uint64_t from)
      : line_bytes_max_(line_bytes_max), offset_(from) {}

  std::size_t line_bytes_max_;
  ObjectInfo info_;
  std::unique_ptr<ObjectReader> reader_;  ///< nullptr: nothing is left to read
  std::string buffer_;
  std::size_t begin_ = 0;     ///< of what is unread in buffer_
  std::uint64_t offset_ = 0;  ///< of buffer_[begin_] in the object
};

}  // namespace bedplate::objects
