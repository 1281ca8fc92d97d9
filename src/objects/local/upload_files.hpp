// Uploads in parts: a folder each, with a file for what was said when they began and one for each
// part. They survive a restart.
#pragma once

#include <string>
#include <vector>

#include "objects/local/attribute_files.hpp"
#include "objects/local/folders.hpp"
#include "objects/local/object_files.hpp"
#include "objects/objects.hpp"

namespace bedplate::objects {

struct UploadRecord {
  UploadInfo info;
  ObjectHeaders headers;
  UserMetadata metadata;
  ObjectTags tags;
};

class UploadFiles {
 public:
  UploadFiles(const Folders& folders, AttributeFiles& attributes, ObjectFiles& objects)
      : folders_(folders), attributes_(attributes), objects_(objects) {}

  UploadInfo create_blocking(const std::string& bucket, const std::string& key,
                             const UploadOptions& options, Timestamp now);
  /// Throws kNoSuchUpload, also when it is another key's.
  UploadRecord read_blocking(const UploadAddress& upload) const;
  PartInfo publish_part_blocking(StagedFile& staged, const UploadAddress& upload,
                                 std::uint32_t number, StoredAttributes attributes);
  /// Throws kInvalidPart when there is none.
  OpenObject open_part_blocking(const UploadAddress& upload, std::uint32_t number);
  PartsPage list_parts_blocking(const UploadAddress& upload, std::uint32_t after,
                                std::size_t parts_max);
  UploadsPage list_blocking(const std::string& bucket, const ListUploadsRequest& request) const;
  /// Deletes the upload and its parts. Throws kNoSuchUpload.
  void remove_blocking(const UploadAddress& upload);

 private:
  Descriptor open_folder_blocking(const UploadAddress& upload) const;
  std::vector<UploadInfo> read_all_blocking(const std::string& bucket) const;

  const Folders& folders_;
  AttributeFiles& attributes_;
  ObjectFiles& objects_;
};

PartInfo part_info(const OpenObject& part, std::uint32_t number);

}  // namespace bedplate::objects
