// The files that a batch reads: found, counted and checked before the first record runs.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "identity/principal.hpp"
#include "objects/object_uri.hpp"
#include "operations/context.hpp"

namespace bedplate::operations {

/// Why a job cannot go on: its status becomes Failed, with this message.
class BatchFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A line with more bytes than this is no record: a request's body, and what is around it.
inline constexpr std::size_t kRecordBytesMax = 26'000'000;

struct BatchFile {
  std::string key;
  std::string name;  ///< below the input's folder
  std::string etag;  ///< when it was checked
  std::int64_t records = 0;
};

/// Where a job reads and writes, and as whom.
struct BatchPlaces {
  const Services* services = nullptr;
  identity::Principal role;
  objects::ObjectUri input;
  std::optional<std::string> input_owner;
  objects::ObjectUri output;
  std::optional<std::string> output_owner;
};

/// The buckets are there, are of the owners named, and the role may list the one and put into the
/// other. Throws BatchFailure, and ObjectsError for what may pass.
Task<> check_buckets(BatchPlaces places);

/// The .jsonl files at the input's URI: itself, or all below it. Throws BatchFailure when there is
/// none, when one is too large or may not be read; and ObjectsError for what may pass.
Task<std::vector<BatchFile>> find_input(BatchPlaces places);

/// Reads all of the file: every line must be a record. Returns how many there are; fewer when
/// `interrupted` says so. Throws BatchFailure, naming the line at fault.
Task<std::int64_t> count_records(BatchPlaces places, BatchFile file, std::int64_t records_max,
                                 std::function<bool()> interrupted);

/// Whether a line of input is none: white space.
bool is_blank(std::string_view line);

/// BatchFailure for what will not change by itself; else the error as it is.
[[noreturn]] void fail_or_rethrow(const std::exception_ptr& problem, const std::string& what);

}  // namespace bedplate::operations
