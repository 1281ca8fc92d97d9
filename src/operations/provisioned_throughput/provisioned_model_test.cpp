#include "operations/provisioned_throughput/provisioned_model.hpp"

#include <gtest/gtest.h>

namespace bedplate::operations {
namespace {

std::string end_of(const char* begin, const char* commitment) {
  return format_iso8601_s(end_of_commitment(*parse_iso8601_s(begin), commitment));
}

TEST(Commitment, LastsForMonthsOfTheCalendar) {
  EXPECT_EQ(end_of("2026-03-15T12:34:56Z", "OneMonth"), "2026-04-15T12:34:56Z");
  EXPECT_EQ(end_of("2026-03-15T12:34:56Z", "SixMonths"), "2026-09-15T12:34:56Z");
  EXPECT_EQ(end_of("2026-12-31T23:59:59Z", "OneMonth"), "2027-01-31T23:59:59Z");
}

TEST(Commitment, EndsWithAShorterMonth) {
  EXPECT_EQ(end_of("2026-01-31T01:02:03Z", "OneMonth"), "2026-02-28T01:02:03Z");
  EXPECT_EQ(end_of("2028-01-30T01:02:03Z", "OneMonth"), "2028-02-29T01:02:03Z");
  EXPECT_EQ(end_of("2026-08-31T00:00:00Z", "SixMonths"), "2027-02-28T00:00:00Z");
}

TEST(Commitment, ForbidsToDeleteUntilItIsOver) {
  storage::Resource row;
  row.state = kInService;
  row.document = write_provisioned({"m.x", 3, "OneMonth", 5'000, std::nullopt});
  EXPECT_TRUE(is_committed(row, 4'999));
  EXPECT_FALSE(is_committed(row, 5'000));
  row.state = kFailed;
  EXPECT_FALSE(is_committed(row, 0));
  row.state = kCreating;
  EXPECT_TRUE(is_committed(row, 0));
  row.document = write_provisioned({"m.x", 3, std::nullopt, std::nullopt, std::nullopt});
  EXPECT_FALSE(is_committed(row, 0));
}

TEST(Provisioned, ItsFactsComeBack) {
  storage::Resource row;
  row.key = {"111122223333", "us-east-1", "provisioned-throughput", "", "x2m4f1a7kq0z"};
  row.document = write_provisioned({"m.x", 3, "OneMonth", 5, std::nullopt});
  const ProvisionedFacts facts = read_provisioned(row);
  EXPECT_EQ(facts.model_id, "m.x");
  EXPECT_EQ(facts.model_units, 3);
  EXPECT_EQ(facts.commitment, "OneMonth");
  EXPECT_EQ(facts.commitment_ends_ms, 5);
  EXPECT_EQ(facts.failure, std::nullopt);
  EXPECT_EQ(describe_provisioned(row, facts).provisionedModelArn,
            "arn:aws:bedrock:us-east-1:111122223333:provisioned-model/x2m4f1a7kq0z");
}

}  // namespace
}  // namespace bedplate::operations
