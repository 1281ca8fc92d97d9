#include "observe/audit_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "observe/audit_log_for_test.hpp"
#include "observe/audit_verification.hpp"

namespace bedplate::observe {
namespace {
namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class AuditLogTest : public testing::Test {
 protected:
  AuditLogOptions options(std::uint64_t file_bytes_max = 1 << 20) {
    AuditLogOptions options;
    options.directory = directory_.path() / "audit";
    options.file_bytes_max = file_bytes_max;
    return options;
  }
  void write(AuditLog& log, int count, int day = 1) {
    const auto events = some_events(count, written_);
    written_ += count;
    const auto done = log.append_blocking(events, test_time(day));
    ASSERT_EQ(done.count, events.size()) << done.problem;
    ASSERT_TRUE(log.sync_blocking());
  }
  std::vector<AuditFile> files() { return list_audit_files_blocking(options().directory); }
  AuditVerification verify() { return verify_audit_log_blocking(options().directory, kTestKey); }
  std::vector<std::string> names(AuditLog& log) {
    std::vector<std::string> names;
    for (const AuditNotice& notice : log.take_notices()) names.push_back(notice.name);
    return names;
  }

  TestDirectory directory_;
  int written_ = 0;
};

TEST_F(AuditLogTest, LinesHoldNumberPreviousHashEventAndSeal) {
  AuditLog log(options(), kTestKey, test_time());
  write(log, 2);
  const auto lines = lines_of_file(files().at(0).path);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(lines[0], testing::StartsWith(R"({"number":1,"previous":"00000000)"));
  EXPECT_THAT(lines[0], HasSubstr(R"(,"event":{"eventName":"E0"},"seal":")"));
  EXPECT_THAT(lines[1], testing::StartsWith(fmt::format(R"({{"number":2,"previous":"{}","event":)",
                                                        audit_line_hash(lines[0]))));
}

TEST_F(AuditLogTest, FilesAreTheirOwnersOnly) {
  AuditLog log(options(), kTestKey, test_time());
  write(log, 1);
  struct stat facts {};
  ASSERT_EQ(::stat(files().at(0).path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777u, 0600u);
  ASSERT_EQ(::stat((options().directory / kAuditHeadName).c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777u, 0600u);
  ASSERT_EQ(::stat(options().directory.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777u, 0700u);
}

TEST_F(AuditLogTest, ChainGoesOnOverFilesDaysAndRestarts) {
  {
    AuditLog log(options(1000), kTestKey, test_time());
    write(log, 10);
    write(log, 1, 2);
  }
  AuditLog log(options(1000), kTestKey, test_time(2));
  write(log, 3, 2);
  write(log, 1, 3);
  EXPECT_TRUE(names(log).empty());
  EXPECT_EQ(files().size(), 4u);
  EXPECT_EQ(files().front().day, "2026-03-01");
  EXPECT_EQ(files().back().day, "2026-03-03");
  for (const AuditFile& file : files()) EXPECT_LT(fs::file_size(file.path), 1400u);
  const auto result = verify();
  EXPECT_FALSE(result.finding) << result.finding->text;
  EXPECT_EQ(result.first, 1u);
  EXPECT_EQ(result.last, 15u);
}

TEST_F(AuditLogTest, TornLineIsKeptAsideAndTheChainGoesOn) {
  { AuditLog(options(), kTestKey, test_time()); }
  {
    AuditLog log(options(), kTestKey, test_time());
    write(log, 3);
  }
  const fs::path path = files().at(0).path;
  write_file(path, text_of_file(path) + R"({"number":4,"previous":"ab)");
  AuditLog log(options(), kTestKey, test_time());
  EXPECT_THAT(names(log), ElementsAre("AuditLogTornLine"));
  write(log, 1);
  EXPECT_EQ(verify().last, 4u);
  EXPECT_FALSE(verify().finding);
  std::vector<fs::path> torn;
  for (const auto& entry : fs::directory_iterator(options().directory)) {
    if (entry.path().string().find(".torn-") != std::string::npos) torn.push_back(entry.path());
  }
  ASSERT_EQ(torn.size(), 1u);
  EXPECT_EQ(text_of_file(torn[0]), R"({"number":4,"previous":"ab)");
}

// Nothing but half a line in the newest file: the file before it has the last line.
TEST_F(AuditLogTest, TornFirstLineOfAFile) {
  {
    AuditLog log(options(), kTestKey, test_time());
    write(log, 3);
  }
  write_file(options().directory / audit_file_name(4, test_time(2)), R"({"num)");
  AuditLog log(options(), kTestKey, test_time(2));
  EXPECT_THAT(names(log), ElementsAre("AuditLogTornLine"));
  write(log, 1, 2);
  EXPECT_FALSE(verify().finding) << verify().finding->text;
  EXPECT_EQ(verify().last, 4u);
}

// The disk lost lines that the head tells of: their numbers are not given again.
TEST_F(AuditLogTest, LinesLostBeforeAStartStayMissing) {
  {
    AuditLog log(options(), kTestKey, test_time());
    write(log, 5);
  }
  const fs::path path = files().at(0).path;
  auto lines = lines_of_file(path);
  lines.resize(3);
  write_lines(path, lines);
  AuditLog log(options(), kTestKey, test_time());
  EXPECT_THAT(names(log), ElementsAre("AuditLogLinesMissing"));
  write(log, 1);
  const auto result = verify();
  ASSERT_TRUE(result.finding);
  EXPECT_EQ(result.finding->kind, AuditFinding::Kind::kMissing);
  EXPECT_THAT(result.finding->text, HasSubstr("lines 4 to 5"));
}

// A start must not make a changed log look right.
TEST_F(AuditLogTest, ChangedLastLineStaysFoundAfterAStart) {
  {
    AuditLog log(options(), kTestKey, test_time());
    write(log, 3);
  }
  const fs::path path = files().at(0).path;
  auto lines = lines_of_file(path);
  lines[2].replace(lines[2].find("E2"), 2, "X2");
  write_lines(path, lines);
  {
    AuditLog log(options(), kTestKey, test_time());
    EXPECT_THAT(names(log), ElementsAre("AuditLogLineWrong"));
    write(log, 2);
  }
  EXPECT_EQ(files().size(), 2u);
  const auto result = verify();
  ASSERT_TRUE(result.finding);
  EXPECT_EQ(result.finding->kind, AuditFinding::Kind::kChanged);
  EXPECT_EQ(result.finding->line, 3u);
}

TEST_F(AuditLogTest, RetentionByCountAndAge) {
  auto kept = options(100);
  kept.keep_files = 3;
  {
    AuditLog log(kept, kTestKey, test_time());
    for (int i = 0; i < 6; ++i) write(log, 1);
    EXPECT_THAT(names(log), testing::Contains("AuditLogFilesExpired"));
  }
  EXPECT_EQ(files().size(), 3u);
  EXPECT_FALSE(verify().finding) << verify().finding->text;
  EXPECT_EQ(verify().last, 6u);

  auto by_age = options(100);
  by_age.keep_days = 2;
  AuditLog log(by_age, kTestKey, test_time(2));
  write(log, 1, 2);
  EXPECT_EQ(files().size(), 4u);
  write(log, 1, 5);
  EXPECT_EQ(files().size(), 2u) << "the files of the first day are over since the second";
  EXPECT_FALSE(verify().finding) << verify().finding->text;
}

TEST_F(AuditLogTest, DirectoryThatCannotBeUsed) {
  write_file(directory_.path() / "audit", "a file");
  EXPECT_THROW(AuditLog(options(), kTestKey, test_time()), std::runtime_error);
}

}  // namespace
}  // namespace bedplate::observe
