// How far a batch has come: its checkpoint, and the records that are under way.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "operations/batch/batch_input.hpp"
#include "operations/batch/batch_job.hpp"

namespace bedplate::operations {

/// A job's checkpoint. What it says is done is in the job's parts, and nothing else is.
struct BatchProgress {
  std::vector<BatchFile> files;  ///< empty: not checked yet
  // The first record that may not be done: its file, where its line begins there, and which of all
  // records it is, from 0.
  std::int64_t file = 0;
  std::int64_t offset = 0;
  std::int64_t ordinal = 0;
  std::vector<std::int64_t> done;  ///< ordinals from that one on
  BatchCounts counts;

  bool checked() const { return !files.empty(); }
};

std::string write_progress(const BatchProgress& progress);
/// An empty text is a job that has not begun. Throws std::exception when it is none of ours.
BatchProgress read_progress(const std::string& checkpoint);

/// A record between its line and its result.
struct RecordPlace {
  std::int64_t file = 0;
  std::int64_t offset = 0;
  std::int64_t ordinal = 0;
  bool done = false;
};

/// The records under way, in the order of the input, and what came before them.
class RecordWindow {
 public:
  explicit RecordWindow(const BatchProgress& from)
      : first_{from.file, from.offset, from.ordinal, false},
        done_(from.done.begin(), from.done.end()),
        next_ordinal_(from.ordinal) {}

  /// The place of the next record; nullptr when it was done before the checkpoint.
  std::shared_ptr<RecordPlace> enter(std::int64_t file, std::int64_t offset);
  std::size_t size() const { return places_.size(); }
  /// Writes where to go on after the places that are done now.
  void describe(BatchProgress& progress);

 private:
  RecordPlace first_;  ///< where to go on while nothing has been entered
  std::set<std::int64_t> done_;
  std::int64_t next_ordinal_;
  std::deque<std::shared_ptr<RecordPlace>> places_;
};

}  // namespace bedplate::operations
