// A ZIP archive in memory, unpacked within a bound.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct zip;
struct zip_file;

namespace bedplate::documents {

class ZipArchive {
 public:
  /// `bytes` must outlive it. Throws DocumentError: kWrongFormat when it is no archive,
  /// kUnreadable when it is a damaged one.
  ZipArchive(std::string_view bytes, std::size_t unpacked_max_bytes);

  std::vector<std::string> names() const;
  bool has(const std::string& name) const;

  /// A file being unpacked.
  class Part {
   public:
    /// Fills the buffer; 0 at the end. Throws DocumentError: kUnreadable, kTooLarge as soon as all
    /// parts together are beyond the archive's bound.
    std::size_t read(char* buffer, std::size_t size);

   private:
    friend class ZipArchive;
    struct Close {
      void operator()(zip_file* file) const;
    };
    Part(zip_file* file, std::size_t& left) : file_(file), left_(left) {}
    std::unique_ptr<zip_file, Close> file_;
    std::size_t& left_;
  };

  /// Throws DocumentError: kUnreadable when it is missing, kEncrypted.
  Part open(const std::string& name);

 private:
  struct Close {
    void operator()(zip* archive) const;
  };
  std::unique_ptr<zip, Close> archive_;
  std::size_t left_bytes_;
};

}  // namespace bedplate::documents
