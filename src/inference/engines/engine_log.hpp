// The file that an embedded engine writes to: its size, and why it did not start.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace bedplate::inference {

/// When the file is longer than `size_max_bytes`, moves what is in it to "<path>.1" and empties
/// it. The process that writes it, appending, goes on. Trouble is ignored: a log is no reason to
/// fail.
void bound_log_blocking(const std::filesystem::path& path, std::int64_t size_max_bytes);

/// The first error that was written behind `offset_bytes`, without time and severity; empty when
/// there is none. Only for an engine that never became ready: later lines may hold model output.
std::string first_error_blocking(const std::filesystem::path& path, std::int64_t offset_bytes);

}  // namespace bedplate::inference
