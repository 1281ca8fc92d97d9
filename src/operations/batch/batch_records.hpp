// The records of a batch as they run: many at once, with results that wait for the next checkpoint.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/task_group.hpp"
#include "objects/object_text.hpp"
#include "operations/batch/batch_progress.hpp"
#include "operations/batch/batch_record.hpp"

namespace bedplate::operations {

/// Used on one loop.
class BatchRecords {
 public:
  BatchRecords(BatchPlaces places, RecordCall call, BatchProgress progress, std::size_t at_once,
               Executor executor);
  ~BatchRecords();
  BatchRecords(const BatchRecords&) = delete;
  BatchRecords& operator=(const BatchRecords&) = delete;

  /// Starts records while there is room and there are any left. Throws BatchFailure when the input
  /// is not what it was.
  Task<> feed();
  bool all_are_done() const { return no_more_ && running() == 0; }
  std::size_t running() const { return state_->running; }

  /// Returns when a record has ended, somebody rings, or at `latest`.
  Task<> wait(std::chrono::steady_clock::time_point latest);
  void ring() { state_->ring(); }
  /// Breaks off what runs; returns when nothing does any more.
  Task<> stop();

  /// Whether the results that wait are worth a checkpoint: many, large, or old.
  bool wants_checkpoint() const;
  bool has_results() const { return state_->results > 0; }
  /// When wants_checkpoint() will say so at the latest.
  std::chrono::steady_clock::time_point checkpoint_due() const;
  struct Results {
    BatchProgress progress;
    std::vector<std::pair<std::int64_t, std::string>> parts;  ///< file and lines
  };
  /// The results that wait, and the progress that they come with.
  Results take_results();
  const BatchProgress& progress() const { return progress_; }

 private:
  /// Shared with the records that run.
  struct State {
    explicit State(Executor executor) : bell(executor) {}
    Timer bell;
    bool rung = false;
    std::size_t running = 0;
    std::vector<std::string> lines;  ///< of each file
    std::size_t results = 0;
    std::size_t bytes = 0;
    std::chrono::steady_clock::time_point first_result;
    BatchCounts counts;

    void ring();
    void add(const RecordPlace& place, RecordOutcome outcome);
  };
  static Task<> run_one(std::shared_ptr<State> state, RecordCall call,
                        std::shared_ptr<RecordPlace> place, BatchRecord record);
  Task<std::optional<objects::LineReader::Line>> next_line();
  Task<> open_file();

  BatchPlaces places_;
  RecordCall call_;
  BatchProgress progress_;
  RecordWindow window_;
  std::size_t at_once_;
  Executor executor_;
  std::int64_t file_;
  std::uint64_t offset_;
  std::optional<objects::LineReader> reader_;
  bool no_more_ = false;
  std::shared_ptr<State> state_;
  TaskGroup tasks_;
};

}  // namespace bedplate::operations
