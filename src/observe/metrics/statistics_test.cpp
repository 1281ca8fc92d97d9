#include "observe/metrics/statistics.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>

namespace bedplate::observe {
namespace {

Statistics of(std::initializer_list<double> values) {
  Statistics statistics;
  for (const double value : values) statistics.add(value);
  return statistics;
}

TEST(Statistics, OfNothing) {
  const Statistics none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.sum(), 0);
  EXPECT_EQ(none.average(), 0);
  EXPECT_EQ(none.percentile(50), 0);
}

TEST(Statistics, OfValues) {
  const Statistics some = of({3, 1, 2, 10});
  EXPECT_EQ(some.count(), 4u);
  EXPECT_EQ(some.sum(), 16);
  EXPECT_EQ(some.min(), 1);
  EXPECT_EQ(some.max(), 10);
  EXPECT_EQ(some.average(), 4);
}

TEST(Statistics, PercentilesAreOffByOnePercentAtMost) {
  Statistics many;
  for (int i = 1; i <= 10'000; ++i) many.add(i);
  for (const double percent : {1.0, 10.0, 50.0, 90.0, 99.0, 99.9}) {
    EXPECT_NEAR(many.percentile(percent), percent * 100, percent * 100 * 0.011) << percent;
  }
  EXPECT_EQ(many.percentile(0), 1);
  EXPECT_EQ(many.percentile(100), 10'000);
}

TEST(Statistics, OneValueIsExact) {
  const Statistics same = of({0.37, 0.37, 0.37});
  EXPECT_EQ(same.percentile(50), 0.37);
  EXPECT_EQ(same.percentile(99), 0.37);
}

TEST(Statistics, ZeroAndHugeValues) {
  const Statistics odd = of({0, 0, 0, 1e300});
  EXPECT_EQ(odd.percentile(50), 0);
  EXPECT_LE(odd.percentile(99), 1e300);
  Statistics finite = of({1});
  finite.add(std::numeric_limits<double>::infinity());
  finite.add(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(finite.count(), 1u);
}

TEST(Statistics, MergingIsAsAddingAll) {
  Statistics left = of({5, 5}), right = of({1, 2, 3});
  left.merge(right);
  const Statistics all = of({5, 5, 1, 2, 3});
  EXPECT_EQ(left.to_json(), all.to_json());
  left.merge(Statistics{});
  EXPECT_EQ(left.to_json(), all.to_json());
  Statistics none;
  none.merge(all);
  EXPECT_EQ(none.to_json(), all.to_json());
}

TEST(Statistics, OfTheSameValueTwiceMergeWithoutBins) {
  Statistics left = of({7}), right = of({7, 7});
  left.merge(right);
  EXPECT_EQ(left.percentile(10), 7);
  EXPECT_EQ(left.count(), 3u);
}

TEST(Statistics, SurviveTheStore) {
  const Statistics before = of({0, 1.5, 2.5, 1e9, 0.001});
  const auto text = boost::json::serialize(before.to_json());
  const Statistics after = Statistics::from_json(boost::json::parse(text));
  EXPECT_EQ(after.to_json(), before.to_json());
  EXPECT_EQ(after.percentile(50), before.percentile(50));
}

TEST(Statistics, OtherJsonIsRefused) {
  for (const char* text :
       {"null", "{}", "[]", "[1,2,3,4]", "[1,2,3,4,5]", "[-1,2,3,4,[]]", "[1,\"2\",3,4,[]]",
        "[1,2,3,4,[[1]]]", "[1,2,3,4,[[1,-1]]]", "[1,2,3,4,[[\"1\",1]]]", "[1.5,2,3,4,[]]"}) {
    EXPECT_THROW(Statistics::from_json(boost::json::parse(text)), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace bedplate::observe
