#include "observe/audit_verification.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "observe/audit_log.hpp"
#include "observe/audit_log_for_test.hpp"

namespace bedplate::observe {
namespace {
namespace fs = std::filesystem;
using Kind = AuditFinding::Kind;
using testing::HasSubstr;

/// Three files of four lines each.
class AuditVerificationTest : public testing::Test {
 protected:
  AuditVerificationTest() {
    AuditLogOptions options;
    options.directory = directory_.path();
    AuditLog log(options, kTestKey, test_time());
    for (int day = 1; day <= 3; ++day) {
      log.append_blocking(some_events(4, day * 10), test_time(day));
    }
    log.sync_blocking();
    for (const AuditFile& file : list_audit_files_blocking(directory_.path())) {
      files_.push_back(file.path);
    }
  }

  AuditVerification verify() { return verify_audit_log_blocking(directory_.path(), kTestKey); }
  void expect(Kind kind, const fs::path& file, std::uint64_t line, const std::string& text) {
    const auto result = verify();
    ASSERT_TRUE(result.finding);
    EXPECT_EQ(name_of(result.finding->kind), name_of(kind)) << result.finding->text;
    EXPECT_EQ(result.finding->file, file);
    EXPECT_EQ(result.finding->line, line);
    EXPECT_THAT(result.finding->text, HasSubstr(text));
  }

  TestDirectory directory_;
  std::vector<fs::path> files_;
};

TEST_F(AuditVerificationTest, WholeLog) {
  const auto result = verify();
  EXPECT_FALSE(result.finding);
  EXPECT_EQ(result.files, 3u);
  EXPECT_EQ(result.lines, 12u);
  EXPECT_EQ(result.last, 12u);
}

// Every byte of a line counts: whichever is changed, that line is found.
TEST_F(AuditVerificationTest, ChangedByte) {
  const std::string text = text_of_file(files_[1]);
  const auto lines = lines_of_file(files_[1]);
  const std::size_t begin = lines[0].size() + 1;
  for (std::size_t at = begin; at < begin + lines[1].size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    if (changed[at] == '\n') continue;
    write_file(files_[1], changed);
    const auto result = verify();
    ASSERT_TRUE(result.finding) << "byte " << at;
    EXPECT_EQ(result.finding->kind, Kind::kChanged);
    EXPECT_EQ(result.finding->line, 2u);
    EXPECT_EQ(result.lines, 5u);
  }
}

TEST_F(AuditVerificationTest, DeletedLine) {
  auto lines = lines_of_file(files_[0]);
  lines.erase(lines.begin() + 1);
  write_lines(files_[0], lines);
  expect(Kind::kMissing, files_[0], 2, "line 2 before it is missing");
}

TEST_F(AuditVerificationTest, DeletedFirstLineAndFirstFile) {
  auto lines = lines_of_file(files_[0]);
  lines.erase(lines.begin());
  write_lines(files_[0], lines);
  expect(Kind::kMissing, files_[0], 1, "line 1 before it is missing");
  fs::remove(files_[0]);
  expect(Kind::kMissing, files_[1], 1, "lines 1 to 4");
}

TEST_F(AuditVerificationTest, DeletedFileBetweenOthers) {
  fs::remove(files_[1]);
  expect(Kind::kMissing, files_[2], 1, "lines 5 to 8");
}

TEST_F(AuditVerificationTest, SwappedLines) {
  auto lines = lines_of_file(files_[1]);
  std::swap(lines[1], lines[2]);
  write_lines(files_[1], lines);
  expect(Kind::kReordered, files_[1], 2, "line 7 stands where line 6 should");
}

TEST_F(AuditVerificationTest, RepeatedLine) {
  auto lines = lines_of_file(files_[1]);
  lines.insert(lines.begin() + 1, lines[0]);
  write_lines(files_[1], lines);
  expect(Kind::kReordered, files_[1], 2, "line 5 stands where line 6 should");
}

TEST_F(AuditVerificationTest, TruncatedTail) {
  auto lines = lines_of_file(files_[2]);
  lines.pop_back();
  write_lines(files_[2], lines);
  expect(Kind::kTruncated, files_[2], 0, "line 12");
  fs::remove(files_[2]);
  expect(Kind::kTruncated, files_[1], 0, "lines 9 to 12");
  const std::string text = text_of_file(files_[1]);
  write_file(files_[1], text.substr(0, text.size() - 9));
  expect(Kind::kTruncated, files_[1], 4, "cut off");
}

TEST_F(AuditVerificationTest, ForgedLineAtTheEnd) {
  auto lines = lines_of_file(files_[2]);
  // With everything right but the key.
  lines.push_back(make_audit_line("another key", 13, audit_line_hash(lines.back()), "{}"));
  write_lines(files_[2], lines);
  expect(Kind::kChanged, files_[2], 5, "forged");
}

TEST_F(AuditVerificationTest, LineOfAnotherChainWithTheSameKey) {
  auto lines = lines_of_file(files_[2]);
  lines.push_back(make_audit_line(kTestKey, 13, std::string(64, 'a'), "{}"));
  write_lines(files_[2], lines);
  expect(Kind::kChanged, files_[2], 5, "the line before it");
}

TEST_F(AuditVerificationTest, SomethingElse) {
  write_file(files_[1], "hello\n");
  expect(Kind::kChanged, files_[1], 1, "no line of the log");
  write_file(files_[1], std::string(3 * kAuditLineBytesMax, 'x'));
  expect(Kind::kChanged, files_[1], 1, "no line of the log");
}

TEST_F(AuditVerificationTest, AnotherKeyAndAMissingHead) {
  auto result = verify_audit_log_blocking(directory_.path(), "another key");
  ASSERT_TRUE(result.finding);
  EXPECT_EQ(result.finding->kind, Kind::kHead);
  fs::remove(directory_.path() / kAuditHeadName);
  expect(Kind::kHead, directory_.path() / kAuditHeadName, 0, "missing");
}

// A line that a running server is writing at this moment is no damage.
TEST_F(AuditVerificationTest, HalfALineAfterTheHeadIsBeingWritten) {
  write_file(files_[2], text_of_file(files_[2]) + R"({"number":13)");
  EXPECT_FALSE(verify().finding);
}

TEST_F(AuditVerificationTest, NoLog) {
  const TestDirectory empty;
  EXPECT_THROW(verify_audit_log_blocking(empty.path(), kTestKey), std::runtime_error);
}

TEST_F(AuditVerificationTest, EventsInTheirOrder) {
  std::vector<std::string> events;
  each_audit_event_blocking(directory_.path(), [&](std::string_view event) {
    events.emplace_back(event);
    return events.size() < 5;
  });
  ASSERT_EQ(events.size(), 5u);
  EXPECT_EQ(events[0], R"({"eventName":"E10"})");
  EXPECT_EQ(events[4], R"({"eventName":"E20"})");
}

}  // namespace
}  // namespace bedplate::observe
