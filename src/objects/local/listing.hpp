// ListObjectsV2 over the files of a bucket.
#pragma once

#include <string>

#include "objects/local/folders.hpp"
#include "objects/local/key_walk.hpp"
#include "objects/local/object_files.hpp"
#include "objects/objects.hpp"

namespace bedplate::objects {

/// Throws kNoSuchBucket. Opens the files of the page only.
ListPage list_objects_blocking(const Folders& folders, ObjectFiles& files, FolderListings& listings,
                               const std::string& bucket, const ListRequest& request);

/// Whether the bucket has no object.
bool is_empty_bucket_blocking(const Folders& folders, FolderListings& listings,
                              const std::string& bucket);

}  // namespace bedplate::objects
