#include "identity/credential_store.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "identity/api_key.hpp"
#include "identity/credential_ids.hpp"
#include "identity/identity_test_fixture.hpp"

namespace bedplate::identity {
namespace {

namespace fs = std::filesystem;

class CredentialStoreFile : public ::testing::Test {
 protected:
  CredentialStoreFile() {
    std::string name = (fs::temp_directory_path() / "bedplate-identity-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~CredentialStoreFile() override { fs::remove_all(root_); }

  std::string directory() const { return root_ / "data"; }
  std::string path() const { return root_ / "data" / "credentials.json"; }
  std::shared_ptr<const CredentialStore> open() const {
    return CredentialStore::open_blocking(directory(), clock_);
  }

  std::string content() const {
    std::ifstream file(path());
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::string& text, mode_t mode = 0600) const {
    fs::create_directories(directory());
    std::ofstream(path()) << text;
    ASSERT_EQ(::chmod(path().c_str(), mode), 0);
  }
  std::string refusal() const {
    try {
      open();
    } catch (const CredentialFileError& error) {
      return error.what();
    }
    return "";
  }
  static mode_t mode_of(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 07777;
  }

  StillClock clock_{kTestNow};
  fs::path root_;
};

TEST_F(CredentialStoreFile, FirstStartMakesAnAccountAnAdministratorAndAnApiKey) {
  const auto store = open();
  EXPECT_EQ(store->account_id().size(), 12u);
  const StoredAccessKey* key = store->developer_access_key();
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->access_key_id.starts_with("AKIA"));
  EXPECT_EQ(key->access_key_id.size(), 20u);
  EXPECT_EQ(key->access_key_id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
            std::string::npos);
  EXPECT_EQ(key->secret_access_key.size(), 40u);
  EXPECT_EQ(key->created_at, "2026-01-02T03:04:05Z");
  EXPECT_EQ(store->find_access_key(key->access_key_id), key);
  const StoredApiKey* api_key = store->developer_api_key();
  ASSERT_TRUE(api_key);
  EXPECT_EQ(store->find_api_key(*api_key->value), api_key);
  EXPECT_FALSE(store->find_api_key(api_key->sha256)) << "the digest is no key";
  EXPECT_EQ(store->principal_of("administrator", Principal::Kind::kAccessKey).arn,
            "arn:aws:iam::" + store->account_id() + ":user/administrator");
}

TEST_F(CredentialStoreFile, IsPrivateAndLeavesNothingElseBehind) {
  open();
  EXPECT_EQ(mode_of(path()), 0600u);
  EXPECT_EQ(mode_of(directory()), 0700u);
  EXPECT_EQ(std::distance(fs::directory_iterator(directory()), fs::directory_iterator()), 1);
}

TEST_F(CredentialStoreFile, SecondStartFindsTheSame) {
  const auto first = open();
  const std::string before = content();
  const auto second = open();
  EXPECT_EQ(content(), before);
  EXPECT_EQ(second->account_id(), first->account_id());
  EXPECT_EQ(second->developer_access_key()->secret_access_key,
            first->developer_access_key()->secret_access_key);
  EXPECT_EQ(second->developer_api_key()->value, first->developer_api_key()->value);
  const auto session = first->sessions().mint(SessionClaims{});
  EXPECT_TRUE(second->sessions().open(session.session_token)) << "tokens outlive a restart";
}

TEST_F(CredentialStoreFile, ServersThatStartTogetherAgree) {
  constexpr int kServers = 8;
  std::array<std::string, kServers> accounts;
  {
    std::vector<std::jthread> servers;
    for (std::string& account : accounts) {
      servers.emplace_back([&account, this] { account = open()->account_id(); });
    }
  }
  for (const std::string& account : accounts) EXPECT_EQ(account, accounts[0]);
  EXPECT_EQ(std::distance(fs::directory_iterator(directory()), fs::directory_iterator()), 1);
}

TEST_F(CredentialStoreFile, RefusesAFileThatOthersCanUseAndSaysHowToMendIt) {
  open();
  for (mode_t mode : {0640, 0604, 0620, 0602, 0644, 0666}) {
    ASSERT_EQ(::chmod(path().c_str(), mode), 0);
    EXPECT_EQ(refusal(), fmt::format("{0} holds secrets, but its mode {1:04o} lets others use it. "
                                     "Mend it with: chmod 600 {0}",
                                     path(), mode));
  }
  ASSERT_EQ(::chmod(path().c_str(), 0400), 0);
  EXPECT_EQ(refusal(), "");
}

TEST_F(CredentialStoreFile, RefusesACorruptFileAndKeepsIt) {
  open();
  const std::string good = content();
  const auto without = [&good](std::string_view from, std::string_view to) {
    std::string text = good;
    replace_in(text, from, to);
    return text;
  };
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), std::string("{}"), good + "x",
        good.substr(0, good.size() / 2), without("\"version\":1", "\"version\":2"),
        without("\"account_id\":\"", "\"account_id\":\"x"),
        without("\"session_key\":\"", "\"k\":\""),
        without("\"session_key\":\"", "\"session_key\":\"AAAA"),
        without("\"Active\"", "\"Sleeping\""), without("\"access_keys\":[", "\"access_keys\":[7,"),
        without("\"secret_access_key\":\"", "\"secret_access_key\":3,\"x\":\"")}) {
    put(text);
    const std::string error = refusal();
    EXPECT_TRUE(error.starts_with(path() + " cannot be used: ")) << error << "\nfor " << text;
    EXPECT_NE(error.find("Restore it from a backup, or move it away"), std::string::npos) << error;
    EXPECT_EQ(error.find("ABSK"), std::string::npos) << "an error shows no secret";
    EXPECT_EQ(content(), text) << "the file is evidence: it is never overwritten";
  }
}

TEST_F(CredentialStoreFile, RefusesWhatIsNoFile) {
  fs::create_directories(path());
  EXPECT_NE(refusal(), "");
  fs::remove(path());
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  EXPECT_EQ(refusal(), path() + " is not a regular file.") << "and does not hang";
}

TEST_F(CredentialStoreFile, SaysWhyTheDirectoryCannotBeMade) {
  std::ofstream(root_ / "data") << "a file";
  EXPECT_NE(refusal().find(root_.string()), std::string::npos) << refusal();
}

TEST(UserIds, StayAsTheyAreAndDiffer) {
  const std::string id = user_id_of("123456789012", "administrator");
  EXPECT_EQ(id.size(), 21u);
  EXPECT_TRUE(id.starts_with("AIDA"));
  EXPECT_EQ(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), std::string::npos);
  EXPECT_EQ(id, user_id_of("123456789012", "administrator"));
  EXPECT_NE(id, user_id_of("123456789012", "Administrator"));
  EXPECT_NE(id, user_id_of("210987654321", "administrator"));
}

TEST_F(CredentialStoreFile, InactiveKeysAreNotFound) {
  const auto made = CredentialStore::make_credentials(clock_);
  Credentials inactive = made;
  inactive.access_keys[0].active = false;
  inactive.api_keys[0].active = false;
  const CredentialStore store(inactive);
  EXPECT_FALSE(store.find_access_key(made.access_keys[0].access_key_id));
  EXPECT_FALSE(store.find_api_key(*made.api_keys[0].value));
  EXPECT_FALSE(store.developer_access_key());
  EXPECT_FALSE(store.developer_api_key());
}

}  // namespace
}  // namespace bedplate::identity
