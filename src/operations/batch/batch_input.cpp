#include "operations/batch/batch_input.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "objects/object_text.hpp"
#include "objects/objects.hpp"
#include "operations/batch/batch_record.hpp"
#include "operations/sts/service_role.hpp"

namespace bedplate::operations {
namespace {

using objects::ErrorKind;
using objects::ObjectsError;
using objects::ObjectUri;

constexpr std::string_view kExtension = ".jsonl";
/// Lines read between two looks at whether the job is still wanted.
constexpr std::int64_t kLinesPerLook = 256;

std::string bucket_arn(const ObjectUri& uri) {
  return "arn:aws:s3:::" + uri.bucket;
}

std::string object_arn(const std::string& bucket, const std::string& key) {
  return "arn:aws:s3:::" + bucket + "/" + key;
}

void require(const BatchPlaces& places, std::string_view action, const std::string& arn,
             const std::string& owner) {
  if (may_use_object(*places.services, places.role, action, arn, owner)) return;
  throw BatchFailure(
      fmt::format("{} is not authorized to perform: {} on {}", places.role.arn, action, arn));
}

Task<std::string> check_bucket(const Services& services, ObjectUri uri,
                               std::optional<std::string> owner) {
  objects::BucketInfo bucket;
  std::exception_ptr problem;
  try {
    bucket = co_await services.objects->head_bucket(uri.bucket);
  } catch (const ObjectsError&) {
    problem = std::current_exception();
  }
  if (problem) fail_or_rethrow(problem, fmt::format("The bucket {}", uri.bucket));
  if (owner && *owner != bucket.owner) {
    throw BatchFailure(fmt::format("The bucket {} is not owned by {}.", uri.bucket, *owner));
  }
  co_return bucket.owner;
}

/// `folder`: what is listed, or the folder of the one file.
BatchFile file_of(const std::string& key, const std::string& etag, const std::string& folder) {
  BatchFile file;
  file.key = key;
  file.name = key.substr(folder.size());
  file.etag = etag;
  return file;
}

void check_size(const Services& services, const std::string& key, std::uint64_t size_bytes) {
  const std::int64_t most = services.batch_limits.file_bytes_max;
  if (size_bytes <= static_cast<std::uint64_t>(most)) return;
  throw BatchFailure(fmt::format("The input file {} has {} bytes, and may have {} at most.", key,
                                 size_bytes, most));
}

Task<std::vector<BatchFile>> find_file(BatchPlaces places, std::string owner) {
  const ObjectUri& uri = places.input;
  require(places, "s3:GetObject", object_arn(uri.bucket, uri.key), owner);
  objects::ObjectInfo info;
  objects::GetOptions options;
  std::exception_ptr problem;
  try {
    info = co_await places.services->objects->head_object(uri.bucket, uri.key, std::move(options));
  } catch (const ObjectsError&) {
    problem = std::current_exception();
  }
  if (problem) fail_or_rethrow(problem, fmt::format("The input file {}", uri.text()));
  check_size(*places.services, uri.key, info.size_bytes);
  const std::string folder = uri.key.substr(0, uri.key.rfind('/') + 1);
  std::vector<BatchFile> files{file_of(uri.key, info.etag, folder)};
  co_return files;
}

Task<std::vector<BatchFile>> find_below(BatchPlaces places, std::string owner) {
  const ObjectUri& uri = places.input;
  require(places, "s3:ListBucket", bucket_arn(uri), owner);
  objects::ListRequest request;
  request.prefix = uri.key.empty() || uri.key.ends_with('/') ? uri.key : uri.key + "/";
  std::vector<BatchFile> files;
  std::uint64_t total_bytes = 0;
  for (;;) {
    const objects::ListPage page =
        co_await places.services->objects->list_objects(uri.bucket, request);
    for (const objects::ListedObject& object : page.objects) {
      if (!object.key.ends_with(kExtension)) continue;
      require(places, "s3:GetObject", object_arn(uri.bucket, object.key), owner);
      check_size(*places.services, object.key, object.size_bytes);
      total_bytes += object.size_bytes;
      files.push_back(file_of(object.key, object.etag, request.prefix));
    }
    if (!page.truncated) break;
    request.continuation = page.continuation;
  }
  if (files.empty()) throw BatchFailure(fmt::format("There is no .jsonl file at {}.", uri.text()));
  const std::int64_t most = places.services->batch_limits.job_bytes_max;
  if (total_bytes > static_cast<std::uint64_t>(most)) {
    throw BatchFailure(
        fmt::format("The input files have {} bytes together, and may have {} at "
                    "most.",
                    total_bytes, most));
  }
  co_return files;
}

}  // namespace

void fail_or_rethrow(const std::exception_ptr& problem, const std::string& what) {
  try {
    std::rethrow_exception(problem);
  } catch (const ObjectsError& error) {
    switch (error.kind) {
      case ErrorKind::kStorageFull:
      case ErrorKind::kSlowDown:
      case ErrorKind::kUnavailable:
      case ErrorKind::kInternalError:
        throw;
      default:
        throw BatchFailure(fmt::format("{}: {} ({})", what, error.what(), error_code(error.kind)));
    }
  }
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

Task<> check_buckets(BatchPlaces places) {
  co_await check_bucket(*places.services, places.input, places.input_owner);
  const std::string owner =
      co_await check_bucket(*places.services, places.output, places.output_owner);
  // The names below the folder do not matter to most policies, but one has to be asked about.
  require(places, "s3:PutObject",
          object_arn(places.output.bucket, places.output.below("manifest.json.out").key), owner);
}

Task<std::vector<BatchFile>> find_input(BatchPlaces places) {
  const std::string owner =
      co_await check_bucket(*places.services, places.input, places.input_owner);
  if (places.input.key.ends_with(kExtension)) co_return co_await find_file(places, owner);
  co_return co_await find_below(places, owner);
}

Task<std::int64_t> count_records(BatchPlaces places, BatchFile file, std::int64_t records_max,
                                 std::function<bool()> interrupted) {
  const ObjectUri uri{places.input.bucket, file.key};
  objects::LineReader reader =
      co_await objects::LineReader::open(*places.services->objects, uri, kRecordBytesMax);
  std::int64_t records = 0;
  std::int64_t line_number = 0;
  for (;;) {
    const std::optional<objects::LineReader::Line> line = co_await reader.next();
    if (!line) break;
    ++line_number;
    if (line_number % kLinesPerLook == 0 && interrupted()) break;
    std::string fault;
    if (line->too_long) {
      fault = fmt::format("it has more than {} bytes", kRecordBytesMax);
    } else if (is_blank(line->text)) {
      continue;
    } else {
      try {
        read_record(line->text);
      } catch (const BadRecord& problem) {
        fault = problem.what();
      }
    }
    if (!fault.empty()) {
      throw BatchFailure(fmt::format("Line {} of the input file {} is no record: {}.", line_number,
                                     file.key, fault));
    }
    if (++records > records_max) {
      throw BatchFailure(
          fmt::format("The batch job contains more records than the maximum of: {}", records_max));
    }
  }
  co_return records;
}

}  // namespace bedplate::operations
