// Files of the objects' folder: nothing here follows a symbolic link or leaves its folder.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "base/descriptor.hpp"

namespace bedplate::objects {

/// Throws the ObjectsError that an errno of the file system stands for: kStorageFull,
/// kAccessDenied, kSlowDown (no descriptors left), else kInternalError. What happened is logged.
[[noreturn]] void throw_disk_error(int error, std::string_view doing);

/// Opens `path`, relative and without `.` and `..`, below the folder `directory`. None, with errno,
/// when that fails; a symbolic link anywhere in it is ELOOP.
Descriptor open_beneath_blocking(int directory, const std::string& path, int flags,
                                 mode_t mode = 0);
Descriptor open_folder_beneath_blocking(int directory, const std::string& path);

/// The same; missing folders are made. `durable`: they survive a power failure.
Descriptor make_folders_beneath_blocking(int directory, const std::string& path, bool durable);

void write_all_blocking(int file, std::string_view bytes);
/// At most `bytes` from `offset` on: fewer only at the end of the file.
std::string read_at_blocking(int file, std::uint64_t offset, std::size_t bytes);
void sync_blocking(int descriptor);

/// Deletes what is in the folder, and below it. Failures are passed over.
void delete_contents_blocking(int folder);

std::int64_t modified_ns(const struct stat& status);

}  // namespace bedplate::objects
