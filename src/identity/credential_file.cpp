#include "identity/credential_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "identity/credential_ids.hpp"

namespace bedplate::identity {
namespace {

namespace json = boost::json;

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kFileBytesMax = 4 * 1024 * 1024;
constexpr std::size_t kSessionKeyBytes = 32;
constexpr const char* kActive = "Active";
constexpr const char* kInactive = "Inactive";

/// Closes what open() gave.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void fail(const std::string& path, const char* what) {
  throw CredentialFileError(fmt::format("{}: cannot {}: {}", path, what, std::strerror(errno)));
}

void check_private(const std::string& path, int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) fail(path, "read its mode");
  if (!S_ISREG(info.st_mode)) throw CredentialFileError(path + " is not a regular file.");
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) == 0) return;
  throw CredentialFileError(fmt::format(
      "{} holds secrets, but its mode {:04o} lets others use it. Mend it with: chmod 600 "
      "{}",
      path, info.st_mode & 07777, path));
}

std::string read_all(const std::string& path, int fd) {
  std::string text;
  char buffer[16 * 1024];
  for (;;) {
    const ssize_t count = ::read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path, "read it");
    if (count == 0) return text;
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > kFileBytesMax) throw CredentialFileError(path + " is larger than 4 MiB.");
  }
}

void write_all(const std::string& path, int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path, "write it");
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fsync(fd) != 0) fail(path, "write it");
}

/// What is wrong with a file's content.
class FormatError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

const json::value& member(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  if (!value) throw FormatError(fmt::format("\"{}\" is missing", name));
  return *value;
}

std::string text_of(const json::object& object, const char* name) {
  const json::string* text = member(object, name).if_string();
  if (!text || text->empty()) throw FormatError(fmt::format("\"{}\" is not a text", name));
  return std::string(*text);
}

bool is_active(const json::object& object) {
  const std::string status = text_of(object, "status");
  if (status != kActive && status != kInactive) {
    throw FormatError("\"status\" is neither Active nor Inactive");
  }
  return status == kActive;
}

template <class Read>
auto list_of(const json::object& object, const char* name, Read read) {
  const json::array* items = member(object, name).if_array();
  if (!items) throw FormatError(fmt::format("\"{}\" is not a list", name));
  std::vector<decltype(read(json::object{}))> out;
  for (const json::value& item : *items) {
    if (!item.is_object()) throw FormatError(fmt::format("\"{}\" holds what is no object", name));
    out.push_back(read(item.get_object()));
  }
  return out;
}

StoredAccessKey read_access_key(const json::object& object) {
  return {text_of(object, "access_key_id"), text_of(object, "secret_access_key"),
          text_of(object, "user_name"), is_active(object), text_of(object, "created_at")};
}

StoredApiKey read_api_key(const json::object& object) {
  StoredApiKey key{text_of(object, "name"),       text_of(object, "sha256"),
                   text_of(object, "user_name"),  is_active(object),
                   text_of(object, "created_at"), std::nullopt};
  if (object.contains("value")) key.value = text_of(object, "value");
  return key;
}

Credentials read_document(const std::string& text) {
  boost::system::error_code error;
  const json::value document = json::parse(text, error);
  if (error || !document.is_object()) throw FormatError("it is not a JSON object");
  const json::object& object = document.get_object();
  if (member(object, "version") != json::value(kVersion)) {
    throw FormatError(fmt::format("\"version\" is not {}", kVersion));
  }
  Credentials out;
  out.account_id = text_of(object, "account_id");
  if (!is_account_id(out.account_id)) throw FormatError("\"account_id\" is not twelve digits");
  const std::optional<std::string> session_key = base64_decode(text_of(object, "session_key"));
  if (!session_key || session_key->size() != kSessionKeyBytes) {
    throw FormatError("\"session_key\" is not the base64 of 32 bytes");
  }
  out.session_key = *session_key;
  out.access_keys = list_of(object, "access_keys", read_access_key);
  out.api_keys = list_of(object, "api_keys", read_api_key);
  return out;
}

std::string write_document(const Credentials& credentials) {
  json::array access_keys, api_keys;
  for (const StoredAccessKey& key : credentials.access_keys) {
    access_keys.push_back({{"access_key_id", key.access_key_id},
                           {"secret_access_key", key.secret_access_key},
                           {"user_name", key.user_name},
                           {"status", key.active ? kActive : kInactive},
                           {"created_at", key.created_at}});
  }
  for (const StoredApiKey& key : credentials.api_keys) {
    json::object object{{"name", key.name},
                        {"sha256", key.sha256},
                        {"user_name", key.user_name},
                        {"status", key.active ? kActive : kInactive},
                        {"created_at", key.created_at}};
    if (key.value) object["value"] = *key.value;
    api_keys.push_back(std::move(object));
  }
  const json::object document{{"version", kVersion},
                              {"account_id", credentials.account_id},
                              {"session_key", base64_encode(credentials.session_key)},
                              {"access_keys", std::move(access_keys)},
                              {"api_keys", std::move(api_keys)}};
  return json::serialize(document) + "\n";
}

void sync_directory(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const FileDescriptor folder(
      ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() >= 0) ::fsync(folder.get());  // best effort: not every file system can
}

}  // namespace

std::optional<Credentials> read_credentials_blocking(const std::string& path) {
  // O_NONBLOCK: a named pipe in the file's place must not hang the start.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    if (errno == ENOENT) return std::nullopt;
    fail(path, "open it");
  }
  check_private(path, file.get());
  const std::string text = read_all(path, file.get());
  try {
    return read_document(text);
  } catch (const FormatError& error) {
    throw CredentialFileError(
        fmt::format("{} cannot be used: {}. Restore it from a backup, or move it away and start "
                    "again to have new credentials made.",
                    path, error.what()));
  }
}

bool create_credentials_blocking(const std::string& path, const Credentials& credentials) {
  const std::string temporary = fmt::format("{}.{}.new", path, random_uuid());
  bool created = false;
  {
    const FileDescriptor file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.get() < 0) fail(temporary, "create it");
    try {
      write_all(temporary, file.get(), write_document(credentials));
    } catch (...) {
      ::unlink(temporary.c_str());
      throw;
    }
    // link(), unlike rename(), fails when another server was first. File systems without links get
    // rename(): two first starts at the same moment are not kept apart there.
    created = ::link(temporary.c_str(), path.c_str()) == 0;
    if (!created && (errno == EPERM || errno == EOPNOTSUPP)) {
      created = ::rename(temporary.c_str(), path.c_str()) == 0;
    }
  }
  const int error = errno;
  ::unlink(temporary.c_str());
  errno = error;
  if (!created && errno != EEXIST) fail(path, "create it");
  sync_directory(path);
  return created;
}

}  // namespace bedplate::identity
