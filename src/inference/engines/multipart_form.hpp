// Writes multipart/form-data (RFC 7578), as endpoints that take files want it.
#pragma once

#include <string>
#include <string_view>

namespace bedplate::inference {

class MultipartForm {
 public:
  MultipartForm();

  /// `name` and `file_name` are ours: no quotes, no line ends.
  void add_field(std::string_view name, std::string_view value);
  void add_file(std::string_view name, std::string_view file_name, std::string_view media_type,
                std::string_view bytes);

  /// The value of Content-Type.
  std::string content_type() const;
  /// Ends the form.
  std::string take_body() &&;

 private:
  std::string boundary_;
  std::string body_;
};

}  // namespace bedplate::inference
