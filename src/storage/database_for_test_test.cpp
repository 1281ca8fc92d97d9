#include "storage/database_for_test.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "async/child_process.hpp"
#include "storage/postgres/pg_connection.hpp"

namespace bedplate::storage {
namespace fs = std::filesystem;
namespace {

constexpr auto kStartMax = std::chrono::seconds(60);
constexpr auto kPingPause = std::chrono::milliseconds(10);

/// The newest of Debian's, else nothing.
fs::path programs_folder() {
  std::vector<std::pair<int, fs::path>> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    if (!fs::exists(entry.path() / "bin/initdb")) continue;
    found.emplace_back(std::atoi(entry.path().filename().c_str()), entry.path() / "bin");
  }
  return found.empty() ? fs::path() : std::max_element(found.begin(), found.end())->second;
}

/// PostgreSQL refuses to run as root.
std::vector<std::string> as_its_user(std::vector<std::string> command) {
  if (::geteuid() != 0) return command;
  std::vector<std::string> out{"/usr/bin/setpriv", "--reuid=postgres",    "--regid=postgres",
                               "--clear-groups",   "--pdeathsig=SIGQUIT", "--"};
  out.insert(out.end(), command.begin(), command.end());
  return out;
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

class Cluster {
 public:
  Cluster() {
    try {
      start();
    } catch (const std::exception& problem) {
      missing_ = problem.what();
    }
  }
  ~Cluster() {
    if (!server_) return;
    server_->signal(SIGINT);  // ends connections and itself, in order
    if (!server_->wait_blocking(std::chrono::seconds(20))) server_->signal(SIGQUIT);
    server_->wait_blocking(std::chrono::seconds(5));
  }
  const std::string& missing() const { return missing_; }

  std::string make_schema() {
    const std::string name = fmt::format("test{}", ++schemas_);
    postgres::PgOptions options;
    options.url = url("public");
    postgres::PgConnection connection(options);
    connection.run_script("CREATE SCHEMA " + name);
    return url(name);
  }

 private:
  std::shared_ptr<Child> launch(std::vector<std::string> command) {
    ChildCommand child;
    child.arguments = as_its_user(std::move(command));
    child.environment = {"LC_ALL=C", "PATH=/usr/bin:/bin"};
    child.log_file = folder_.path() / "log";
    return launcher_.launch_blocking(child);
  }
  void start() {
    const fs::path programs = programs_folder();
    if (programs.empty()) throw std::runtime_error("PostgreSQL is not installed");
    const fs::path data = folder_.path() / "data";
    if (::geteuid() == 0) {
      const passwd* user = ::getpwnam("postgres");
      if (user == nullptr) throw std::runtime_error("there is no user postgres to run it as");
      if (::chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0) {
        throw std::runtime_error("the folder of PostgreSQL's data cannot be given to its user");
      }
    }
    const auto made = launch({programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust",
                              "-E", "UTF8", "--locale=C", "--no-sync"});
    made->wait_blocking(kStartMax);
    if (!fs::exists(data / "PG_VERSION")) {
      throw std::runtime_error("initdb failed: " + text_of(folder_.path() / "log"));
    }
    server_ = launch({programs / "postgres", "-D", data, "-k", folder_.path(), "-c",
                      "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=60"});
    const auto until = std::chrono::steady_clock::now() + kStartMax;
    while (PQping(url("public").c_str()) != PQPING_OK) {
      if (std::chrono::steady_clock::now() > until) {
        throw std::runtime_error("it did not start: " + text_of(folder_.path() / "log"));
      }
      std::this_thread::sleep_for(kPingPause);
    }
  }
  std::string url(const std::string& schema) const {
    return fmt::format("postgresql:///postgres?host={}&user=postgres&options=-csearch_path%3D{}",
                       folder_.path().string(), schema);
  }

  TemporaryFolder folder_;
  ForkLauncher launcher_;
  std::shared_ptr<Child> server_;
  std::string missing_;
  std::atomic<int> schemas_{0};
};

Cluster& cluster() {
  static Cluster one;
  return one;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "bedplate-store-XXXXXX").string();
  path_ = ::mkdtemp(pattern.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string postgres_missing() {
  return cluster().missing();
}

TestDatabase::TestDatabase(StoreOptions::Kind kind) {
  options_.kind = kind;
  if (kind == StoreOptions::Kind::kSqlite) {
    options_.file = folder_.path() / "bedplate.db";
  } else {
    options_.url = cluster().make_schema();
  }
}

}  // namespace bedplate::storage
