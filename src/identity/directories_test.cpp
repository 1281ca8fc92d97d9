#include "identity/directories.hpp"

#include <filesystem>
#include <thread>

#include "async/io_pool.hpp"
#include "identity/accounts.hpp"
#include "identity/identity_test_fixture.hpp"
#include "storage/open_store.hpp"

namespace bedplate::identity {
namespace {

constexpr const char* kAccount = "123456789012";
constexpr std::string_view kAllowAll =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})";

iam::UserRecord user(const std::string& name) {
  iam::UserRecord out;
  out.account_id = kAccount;
  out.id = "AIDA" + name;
  out.name = name;
  out.path = "/team/";
  out.tags = {{"team", "lab"}, {"empty", ""}};
  out.attached = {"arn:aws:iam::aws:policy/AmazonBedrockReadOnly"};
  out.inline_policies.emplace("all", kAllowAll);
  out.boundary = "arn:aws:iam::123456789012:policy/limit";
  out.group_ids = {"AGPAreaders"};
  out.created_ms = out.updated_ms = 1'000;
  out.service_credentials.push_back(
      {"ACCA1", "bedrock.amazonaws.com", "alias", "digest-" + name, true, 5, 7});
  return out;
}

class DirectoriesTest : public ::testing::Test {
 protected:
  DirectoriesTest() {
    std::string name = (std::filesystem::temp_directory_path() / "bedplate-iam-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    store_ = open();
    directories_.emplace(*store_, std::string(32, 's'));
  }
  ~DirectoriesTest() override {
    directories_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  std::unique_ptr<storage::Store> open() const {
    storage::StoreOptions options;
    options.file = folder_ / "bedplate.db";
    return storage::open_store_blocking(options);
  }

  template <class Change>
  std::int64_t write(Change change) {
    return store_->write_blocking([&](storage::Transaction& transaction) {
      change(transaction);
      transaction.touch(iam::kGeneration);
      return transaction.generation(iam::kGeneration);
    });
  }
  template <class Record>
  std::int64_t insert(Record record) {
    return write([&](storage::Transaction& transaction) {
      Record fresh = record;
      iam::insert_record(transaction, fresh);
    });
  }
  void run(Task<> task) {
    IoPool pool(1);
    TaskGroup group("test");
    group.spawn(pool.executor(0), std::move(task));
    EXPECT_TRUE(group.wait_blocking(std::chrono::seconds(10)));
    pool.stop();
  }
  std::shared_ptr<const Account> account() const {
    return directories_->get()->find_account(kAccount);
  }

  std::filesystem::path folder_;
  std::unique_ptr<storage::Store> store_;
  std::optional<Directories> directories_;
};

TEST_F(DirectoriesTest, RecordsComeBackAsTheyWereWritten) {
  iam::UserRecord ann = user("ann");
  ann.access_keys.push_back({"AKIA1", "sealed", false, 3});
  insert(ann);
  iam::RoleRecord role;
  role.account_id = kAccount;
  role.id = "AROA1";
  role.name = "Reader";
  role.description = "reads";
  role.trust_policy = "{}";
  role.session_max_s = 7'200;
  insert(role);
  iam::PolicyRecord policy;
  policy.account_id = kAccount;
  policy.id = "ANPA1";
  policy.name = "limit";
  policy.default_version = 3;
  policy.next_version = 5;
  policy.versions = {{3, std::string(kAllowAll), 8}, {4, "{}", 9}};
  insert(policy);
  store_->read_blocking([&](storage::Transaction& transaction) {
    const auto found = iam::find_record<iam::UserRecord>(transaction, kAccount, "ann");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, ann.id);
    EXPECT_EQ(found->path, "/team/");
    EXPECT_EQ(found->tags, ann.tags);
    EXPECT_EQ(found->attached, ann.attached);
    EXPECT_EQ(found->inline_policies, ann.inline_policies);
    EXPECT_EQ(found->boundary, ann.boundary);
    EXPECT_EQ(found->group_ids, ann.group_ids);
    ASSERT_EQ(found->access_keys.size(), 1u);
    EXPECT_EQ(found->access_keys[0].sealed_secret, "sealed");
    EXPECT_FALSE(found->access_keys[0].active);
    ASSERT_EQ(found->service_credentials.size(), 1u);
    EXPECT_EQ(found->service_credentials[0].expires_ms, 7);
    EXPECT_FALSE(iam::find_record<iam::UserRecord>(transaction, kAccount, "ANN"));
    EXPECT_FALSE(iam::find_record<iam::UserRecord>(transaction, "999999999999", "ann"));
    const auto kept = iam::find_record<iam::RoleRecord>(transaction, kAccount, "Reader");
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->description, "reads");
    EXPECT_EQ(kept->session_max_s, 7'200);
    const auto versions = iam::find_record<iam::PolicyRecord>(transaction, kAccount, "limit");
    ASSERT_TRUE(versions);
    EXPECT_EQ(versions->next_version, 5);
    ASSERT_TRUE(versions->find_version(4));
    EXPECT_EQ(versions->find_version(4)->created_ms, 9);
    EXPECT_FALSE(versions->find_version(1));
  });
}

TEST_F(DirectoriesTest, NamesAreTakenWhateverTheirCase) {
  insert(user("ann"));
  EXPECT_THROW(insert(user("ANN")), storage::AlreadyExists);
}

TEST_F(DirectoriesTest, AUserHasTheirOwnPoliciesAndThoseOfTheirGroups) {
  iam::GroupRecord group;
  group.account_id = kAccount;
  group.id = "AGPAreaders";
  group.name = "readers";
  group.attached = {"arn:aws:iam::123456789012:policy/limit"};
  insert(group);
  iam::PolicyRecord limit;
  limit.account_id = kAccount;
  limit.id = "ANPA1";
  limit.name = "limit";
  limit.versions = {{1, std::string(kAllowAll), 0}};
  insert(limit);
  insert(user("ann"));
  directories_->load_blocking();
  const User* ann = account()->find_user("ann");
  ASSERT_TRUE(ann);
  std::vector<std::string> names;
  for (const auto& policy : ann->policies->identity) names.push_back(policy.name);
  EXPECT_THAT(names, testing::ElementsAre("all", "AmazonBedrockReadOnly", "limit"));
  ASSERT_TRUE(ann->policies->boundary);
  EXPECT_EQ(ann->policies->boundary->arn, "arn:aws:iam::123456789012:policy/limit");
  EXPECT_EQ(account()->find_user_by_id("AIDAann"), ann);
  ASSERT_TRUE(directories_->get()->find_api_key("digest-ann"));
}

TEST_F(DirectoriesTest, ABoundaryThatIsGoneAllowsNothing) {
  insert(user("ann"));
  directories_->load_blocking();
  const User* ann = account()->find_user("ann");
  ASSERT_TRUE(ann && ann->policies->boundary);
  EXPECT_TRUE(ann->policies->boundary->policy->statements().at(0).denies);
}

TEST_F(DirectoriesTest, AWriteShowsAtOnceAndRowsThatStayAreKept) {
  insert(user("ann"));
  directories_->load_blocking();
  const auto before = account();
  const std::int64_t generation = insert(user("bob"));
  run(directories_->refresh(kAccount, generation));
  ASSERT_TRUE(account()->find_user("bob"));
  EXPECT_EQ(account()->find_user("ann")->stored, before->find_user("ann")->stored);
  EXPECT_EQ(directories_->get()->generation(), generation);
}

// The largest account that IAM allows. A write waits for the reading of all of its rows.
TEST_F(DirectoriesTest, AWriteInALargeAccountTakesMilliseconds) {
  constexpr int kUsers = 5'000;
  write([](storage::Transaction& transaction) {
    for (int i = 0; i < kUsers; ++i) {
      iam::UserRecord record = user("user" + std::to_string(i));
      iam::insert_record(transaction, record);
    }
  });
  directories_->load_blocking();
  const std::int64_t generation = insert(user("ann"));
  const auto begin = SteadyClock::now();
  run(directories_->refresh(kAccount, generation));
  const std::chrono::duration<double, std::milli> took = SteadyClock::now() - begin;
  RecordProperty("milliseconds", std::to_string(took.count()));
  EXPECT_TRUE(account()->find_user("ann"));
  EXPECT_LT(took.count(), 1'000) << "with room for slow machines";
}

// Two accounts are written to, and only then the first one's request gets to read.
TEST_F(DirectoriesTest, NoChangeOfAnotherAccountIsPassedOver) {
  directories_->load_blocking();
  const std::int64_t first = insert(user("ann"));
  iam::UserRecord stranger = user("bob");
  stranger.account_id = "999999999999";
  const std::int64_t second = insert(stranger);
  run(directories_->refresh(kAccount, first));
  run(directories_->refresh("999999999999", second));
  EXPECT_TRUE(account()->find_user("ann"));
  EXPECT_FALSE(account()->find_user("bob"));
  const auto other = directories_->get()->find_account("999999999999");
  ASSERT_TRUE(other);
  EXPECT_TRUE(other->find_user("bob"));
}

TEST_F(DirectoriesTest, ChangesOfOtherProcessesAreNoticed) {
  directories_->load_blocking();
  IoPool pool(1);
  directories_->watch(pool.executor(0));
  const auto other = open();
  const StillClock clock(kTestNow);
  const NewAccount made =
      create_account_blocking(*other, SecretSealer(std::string(32, 's')), "research", clock);
  const auto until = SteadyClock::now() + std::chrono::seconds(20);
  while (!directories_->get()->find_access_key(made.access_key_id)) {
    ASSERT_LT(SteadyClock::now(), until);
    std::this_thread::yield();
  }
  const auto directory = directories_->get();
  const auto* key = directory->find_access_key(made.access_key_id);
  EXPECT_EQ(*key->secret, made.secret_access_key);
  EXPECT_EQ(key->account->id(), made.account.id);
  EXPECT_EQ(key->user->record().name, "administrator");
  directories_->stop_blocking();
  pool.stop();
}

TEST_F(DirectoriesTest, AccountsAreMadeListedAndClosed) {
  const StillClock clock(kTestNow);
  const SecretSealer sealer(std::string(32, 's'));
  const NewAccount made = create_account_blocking(*store_, sealer, "research", clock);
  EXPECT_THROW(create_account_blocking(*store_, sealer, "research", clock), AccountError);
  EXPECT_THROW(create_account_blocking(*store_, sealer, "", clock), AccountError);
  EXPECT_THROW(create_account_blocking(*store_, sealer, "a\nb", clock), AccountError);
  EXPECT_THROW(create_account_blocking(*store_, sealer, std::string(51, 'x'), clock), AccountError);
  EXPECT_THROW(close_account_blocking(*store_, "000000000000"), AccountError);
  close_account_blocking(*store_, made.account.id);
  const auto listed = list_accounts_blocking(*store_);
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].name, "research");
  EXPECT_TRUE(listed[0].closed);
  directories_->load_blocking();
  EXPECT_TRUE(directories_->get()->find_account(made.account.id)->record().closed);
}

TEST_F(DirectoriesTest, ASecretOfAnotherServerIsNoKey) {
  const StillClock clock(kTestNow);
  const NewAccount made =
      create_account_blocking(*store_, SecretSealer(std::string(32, 'x')), "research", clock);
  directories_->load_blocking();
  const auto directory = directories_->get();
  const auto* key = directory->find_access_key(made.access_key_id);
  ASSERT_TRUE(key);
  EXPECT_EQ(*key->secret, "");
}

}  // namespace
}  // namespace bedplate::identity
