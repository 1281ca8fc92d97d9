#include "app/server_record.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace bedplate::app {
namespace fs = std::filesystem;
namespace {

fs::path record_path(const fs::path& data_dir) {
  return data_dir / "server.json";
}
fs::path lock_path(const fs::path& data_dir) {
  return data_dir / "lock";
}

std::runtime_error cannot_use(const fs::path& data_dir, const std::string& why) {
  return std::runtime_error(
      fmt::format("cannot use the data directory {}: {}", data_dir.string(), why));
}

}  // namespace

DataDirLock::DataDirLock(fs::path data_dir) : data_dir_(std::move(data_dir)) {
  std::error_code problem;
  const bool made = fs::create_directories(data_dir_, problem);
  if (!problem && made) fs::permissions(data_dir_, fs::perms::owner_all, problem);
  if (problem) throw cannot_use(data_dir_, problem.message());

  fd_ = ::open(lock_path(data_dir_).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd_ < 0) throw cannot_use(data_dir_, std::strerror(errno));
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return;
  const auto running = find_server_blocking(data_dir_);
  ::close(fd_);
  throw cannot_use(data_dir_, running ? fmt::format("a server with process id {} is running on it "
                                                    "at {}; stop it or choose another --data-dir",
                                                    running->pid, running->url)
                                      : "another server is starting on it");
}

DataDirLock::~DataDirLock() {
  std::error_code ignored;
  fs::remove(record_path(data_dir_), ignored);
  ::close(fd_);
}

void DataDirLock::publish_blocking(const ServerRecord& record) {
  const fs::path path = record_path(data_dir_);
  const fs::path fresh = path.string() + ".new";
  std::ofstream out(fresh);
  const boost::json::object object{
      {"url", record.url}, {"pid", record.pid}, {"certificate", record.certificate}};
  out << boost::json::serialize(object) << '\n';
  out.close();
  if (!out) throw cannot_use(data_dir_, "it cannot be written to");
  fs::rename(fresh, path);
}

std::optional<ServerRecord> find_server_blocking(const fs::path& data_dir) {
  // Only a lock that is held proves that the record's server still runs.
  const int fd = ::open(lock_path(data_dir).c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  const bool running = ::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(fd);
  if (!running) return std::nullopt;
  std::ifstream in(record_path(data_dir));
  std::stringstream text;
  text << in.rdbuf();
  boost::json::error_code broken;
  const boost::json::value value = boost::json::parse(text.str(), broken);
  if (broken || !value.is_object()) return std::nullopt;
  const auto& object = value.get_object();
  const auto* url = object.if_contains("url");
  const auto* pid = object.if_contains("pid");
  if (url == nullptr || !url->is_string() || pid == nullptr || !pid->is_int64()) {
    return std::nullopt;
  }
  ServerRecord record{std::string(url->get_string()), static_cast<long>(pid->get_int64()), ""};
  const auto* certificate = object.if_contains("certificate");
  if (certificate != nullptr && certificate->is_string()) {
    record.certificate = certificate->get_string();
  }
  return record;
}

}  // namespace bedplate::app
