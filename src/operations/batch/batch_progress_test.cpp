// The checkpoint of a batch: after any of them exactly the records that are not done come again.
#include "operations/batch/batch_progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace bedplate::operations {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(BatchProgressTest, SurvivesItsText) {
  BatchProgress progress;
  progress.files = {{"in/a.jsonl", "a.jsonl", "etag", 3}, {"in/b.jsonl", "b.jsonl", "tag", 4}};
  progress.file = 1;
  progress.offset = 77;
  progress.ordinal = 4;
  progress.done = {5, 6};
  progress.counts = {7, 5, 1, 100, 200};
  const BatchProgress read = read_progress(write_progress(progress));
  ASSERT_EQ(read.files.size(), 2u);
  EXPECT_EQ(read.files[1].name, "b.jsonl");
  EXPECT_EQ(read.files[1].records, 4);
  EXPECT_EQ(read.file, 1);
  EXPECT_EQ(read.offset, 77);
  EXPECT_EQ(read.ordinal, 4);
  EXPECT_THAT(read.done, ElementsAre(5, 6));
  EXPECT_EQ(read.counts.processed(), 6);
  EXPECT_EQ(read.counts.output_tokens, 200);
  EXPECT_FALSE(read_progress("").checked());
  EXPECT_THROW(read_progress("nonsense"), std::exception);
}

TEST(RecordWindowTest, GoesOnBehindWhatIsDoneInARow) {
  BatchProgress progress;
  RecordWindow window(progress);
  window.describe(progress);
  EXPECT_EQ(progress.ordinal, 0);
  std::vector<std::shared_ptr<RecordPlace>> places;
  for (int i = 0; i < 4; ++i) places.push_back(window.enter(0, 10 * i));
  places[0]->done = true;
  places[2]->done = true;
  window.describe(progress);
  EXPECT_EQ(progress.ordinal, 1);
  EXPECT_EQ(progress.offset, 10);
  EXPECT_THAT(progress.done, ElementsAre(2));
  for (const auto& place : places) place->done = true;
  window.describe(progress);
  EXPECT_EQ(progress.ordinal, 3) << "the last one says where the reading is";
  EXPECT_THAT(progress.done, ElementsAre(3));
}

TEST(RecordWindowTest, WhatWasDoneBeforeTheCheckpointIsPassedOver) {
  BatchProgress progress;
  progress.offset = 10;
  progress.ordinal = 1;
  progress.done = {2, 4};
  RecordWindow window(progress);
  EXPECT_NE(window.enter(0, 10), nullptr);  // 1
  EXPECT_EQ(window.enter(0, 20), nullptr);  // 2
  window.describe(progress);
  EXPECT_THAT(progress.done, testing::UnorderedElementsAre(2, 4)) << "4 was not reached again yet";
  EXPECT_NE(window.enter(1, 0), nullptr);   // 3
  EXPECT_EQ(window.enter(1, 10), nullptr);  // 4
}

// Like a server that dies over and over: work in any order, checkpoints now and then, from the last
// of which it goes on.
TEST(RecordWindowTest, AfterAnyDeathsEachRecordIsDoneOnce) {
  std::mt19937 random(20260101);
  for (int round = 0; round < 50; ++round) {
    constexpr int kRecords = 60;
    BatchProgress saved;
    std::vector<int> kept(kRecords, 0);  // in the parts of the last checkpoint
    for (int life = 0; life < 1'000; ++life) {
      RecordWindow window(saved);
      std::vector<std::shared_ptr<RecordPlace>> open;
      std::vector<int> unsaved;
      auto next = static_cast<int>(saved.ordinal);
      for (int step = 0; step < 25; ++step) {
        const auto dice = random() % 10;
        if (dice < 5 && next < kRecords) {
          auto place = window.enter(next / 20, next % 20);
          ++next;
          if (place) open.push_back(std::move(place));
        } else if (dice < 9 && !open.empty()) {
          const std::size_t which = random() % open.size();
          open[which]->done = true;
          unsaved.push_back(static_cast<int>(open[which]->ordinal));
          open.erase(open.begin() + static_cast<std::ptrdiff_t>(which));
        } else {
          window.describe(saved);
          saved = read_progress(write_progress(saved));
          for (const int ordinal : unsaved) ++kept[static_cast<std::size_t>(ordinal)];
          unsaved.clear();
        }
      }
    }
    EXPECT_THAT(kept, testing::Each(1));
  }
}

}  // namespace
}  // namespace bedplate::operations
