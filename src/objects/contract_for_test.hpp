// What every implementation must do: the tests' fixture. A suite for each group of calls.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "objects/objects_for_test.hpp"

namespace bedplate::objects {

/// Opens objects in a folder. One for each implementation.
struct Variant {
  const char* name;
  std::function<std::unique_ptr<Objects>(const std::filesystem::path&, const Clock&)> open;
};

inline std::unique_ptr<Objects> open_local(const std::filesystem::path& path, const Clock& clock,
                                           bool use_extended_attributes, bool durable) {
  LocalOptions options;
  options.directory = path;
  options.durable = durable;
  options.operator_account = "111122223333";
  options.threads = 4;
  options.use_extended_attributes = use_extended_attributes;
  return std::make_unique<LocalObjects>(options, clock);
}

inline const Variant kVariants[] = {
    {"Attributes",
     [](const auto& path, const Clock& clock) { return open_local(path, clock, true, false); }},
    {"AttributeFiles",
     [](const auto& path, const Clock& clock) { return open_local(path, clock, false, false); }},
    {"Durable",
     [](const auto& path, const Clock& clock) { return open_local(path, clock, true, true); }},
};

class ObjectsContract : public testing::TestWithParam<Variant> {
 protected:
  ObjectsContract() { caller.make_bucket("bucket"); }

  UploadAddress begin(const std::string& key, UploadOptions options = {}) {
    const UploadInfo upload =
        wait_for(objects->create_multipart_upload("bucket", key, std::move(options)));
    return {"bucket", key, upload.upload_id};
  }
  ObjectInfo complete(const UploadAddress& upload, std::vector<CompletedPart> parts) {
    CompleteOptions options;
    options.parts = std::move(parts);
    return wait_for(objects->complete_multipart_upload(upload, std::move(options)));
  }

  FolderForTest folder;
  MachineClock clock;
  std::unique_ptr<Objects> objects = GetParam().open(folder.path, clock);
  Caller caller{*objects};
};

inline std::string variant_name(const testing::TestParamInfo<Variant>& info) {
  return info.param.name;
}

}  // namespace bedplate::objects
