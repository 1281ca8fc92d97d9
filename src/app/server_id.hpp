// The name that a data directory's server has among servers that share a database.
#pragma once

#include <filesystem>
#include <string>

namespace bedplate::app {

/// Made at the first start, in the file `server-id`; the same from then on. Two servers at once
/// never have the same one, as a data directory is held by one of them (DataDirLock). Throws
/// std::runtime_error when the file can be neither read nor made.
std::string server_id_blocking(const std::filesystem::path& data_dir);

}  // namespace bedplate::app
