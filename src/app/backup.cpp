// `bedplate backup` and `bedplate restore`: all state, in one file. The database is shared with a
// running server; neither stops it.
#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/reporting.hpp"
#include "storage/open_store.hpp"

namespace bedplate::app {
namespace fs = std::filesystem;

int backup_command(const Configuration& configuration, const BackupOptions& options) {
  return reporting([&] {
    const storage::StoreOptions& from = configuration.storage;
    if (from.kind == storage::StoreOptions::Kind::kSqlite && !fs::exists(from.file)) {
      throw std::runtime_error(fmt::format(
          "there is no state in {} yet; start `bedplate serve` first", from.file.string()));
    }
    const auto store = storage::open_store_blocking(from);
    store->backup_blocking(options.file, options.force);
    fmt::print("{}: a backup of {}.\nIt holds no keys: copy {} to a safe place of its own, too.\n",
               options.file, store->description(),
               (configuration.data_dir / "credentials.json").string());
    return 0;
  });
}

int restore_command(const Configuration& configuration, const std::string& file) {
  return reporting([&] {
    if (!fs::exists(file)) throw std::runtime_error(fmt::format("there is no file {}", file));
    const auto store = storage::open_store_blocking(configuration.storage);
    store->restore_blocking(file);
    fmt::print("{} is restored to {}.\n", file, store->description());
    return 0;
  });
}

}  // namespace bedplate::app
