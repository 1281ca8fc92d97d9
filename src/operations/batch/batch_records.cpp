#include "operations/batch/batch_records.hpp"

#include <fmt/format.h>

#include <tuple>

#include "objects/objects.hpp"

namespace bedplate::operations {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

// A checkpoint is one durable write; a death costs what came after the last one.
constexpr std::size_t kResultsMax = 64;
constexpr std::size_t kBytesMax = 1 << 20;
constexpr std::chrono::milliseconds kAgeMax{500};
/// Records between the first that is not done and the last that was begun.
constexpr std::size_t kWindowMax = 4'096;

}  // namespace

void BatchRecords::State::ring() {
  rung = true;
  bell.expires_at(SteadyTime::min());
}

void BatchRecords::State::add(const RecordPlace& place, RecordOutcome outcome) {
  if (results++ == 0) first_result = std::chrono::steady_clock::now();
  bytes += outcome.line.size();
  lines[static_cast<std::size_t>(place.file)] += outcome.line;
  ++(outcome.failed ? counts.failed : counts.succeeded);
  counts.input_tokens += outcome.input_tokens;
  counts.output_tokens += outcome.output_tokens;
}

BatchRecords::BatchRecords(BatchPlaces places, RecordCall call, BatchProgress progress,
                           std::size_t at_once, Executor executor)
    : places_(std::move(places)),
      call_(std::move(call)),
      progress_(std::move(progress)),
      window_(progress_),
      at_once_(at_once),
      executor_(executor),
      file_(progress_.file),
      offset_(static_cast<std::uint64_t>(progress_.offset)),
      state_(std::make_shared<State>(executor)),
      tasks_("batch inference") {
  state_->lines.resize(progress_.files.size());
  state_->counts = progress_.counts;
}

BatchRecords::~BatchRecords() = default;

Task<> BatchRecords::open_file() {
  const BatchFile& file = progress_.files[static_cast<std::size_t>(file_)];
  const objects::ObjectUri uri{places_.input.bucket, file.key};
  std::exception_ptr problem;
  bool shorter = false;  // than what has been read of it
  try {
    objects::LineReader opened = co_await objects::LineReader::open(*places_.services->objects, uri,
                                                                    kRecordBytesMax, offset_);
    reader_ = std::move(opened);
  } catch (const objects::ObjectsError& error) {
    shorter = error.kind == objects::ErrorKind::kInvalidRange;
    problem = std::current_exception();
  }
  if (problem && !shorter) fail_or_rethrow(problem, fmt::format("The input file {}", file.key));
  if (shorter || reader_->info().etag != file.etag) {
    throw BatchFailure(
        fmt::format("The input file {} was changed while the job was running.", file.key));
  }
}

/// The next line of any file; nothing when there are no more.
Task<std::optional<objects::LineReader::Line>> BatchRecords::next_line() {
  for (;;) {
    if (!reader_) co_await open_file();
    std::optional<objects::LineReader::Line> line = co_await reader_->next();
    if (line && !line->too_long && is_blank(line->text)) continue;
    if (line) co_return line;
    if (file_ + 1 == static_cast<std::int64_t>(progress_.files.size())) break;
    reader_.reset();
    ++file_;
    offset_ = 0;
  }
  co_return std::nullopt;
}

Task<> BatchRecords::feed() {
  while (!no_more_ && state_->running < at_once_ && window_.size() < kWindowMax &&
         !wants_checkpoint()) {
    std::optional<objects::LineReader::Line> line = co_await next_line();
    if (!line) {
      no_more_ = true;
      break;
    }
    auto place = window_.enter(file_, static_cast<std::int64_t>(line->offset));
    if (!place) continue;
    BatchRecord record;
    try {
      record = read_record(line->text);
    } catch (const BadRecord& problem) {
      // It was one when the file was checked.
      throw BatchFailure(fmt::format("The input cannot be read any more: {}.", problem.what()));
    }
    ++state_->running;
    tasks_.spawn(executor_, run_one(state_, call_, std::move(place), std::move(record)));
    if (window_.size() >= kWindowMax) window_.describe(progress_);
  }
}

Task<> BatchRecords::run_one(std::shared_ptr<State> state, RecordCall call,
                             std::shared_ptr<RecordPlace> place, BatchRecord record) {
  struct End {
    std::shared_ptr<State> state;
    ~End() {
      --state->running;
      state->ring();
    }
  };
  const End end{state};
  RecordOutcome outcome = co_await run_record(std::move(call), std::move(record));
  place->done = true;
  state->add(*place, std::move(outcome));
}

Task<> BatchRecords::wait(SteadyTime latest) {
  if (!state_->rung) {
    state_->bell.expires_at(latest);
    std::ignore = co_await state_->bell.async_wait(as_result);
  }
  state_->rung = false;
}

Task<> BatchRecords::stop() {
  tasks_.stop();
  while (running() > 0) co_await wait(SteadyTime::max());
}

bool BatchRecords::wants_checkpoint() const {
  if (state_->results == 0) return false;
  return state_->results >= kResultsMax || state_->bytes >= kBytesMax ||
         std::chrono::steady_clock::now() >= checkpoint_due();
}

SteadyTime BatchRecords::checkpoint_due() const {
  return state_->results == 0 ? SteadyTime::max() : state_->first_result + kAgeMax;
}

BatchRecords::Results BatchRecords::take_results() {
  window_.describe(progress_);
  progress_.counts = state_->counts;
  Results taken;
  taken.progress = progress_;
  for (std::size_t i = 0; i < state_->lines.size(); ++i) {
    if (state_->lines[i].empty()) continue;
    taken.parts.emplace_back(static_cast<std::int64_t>(i), std::move(state_->lines[i]));
    state_->lines[i].clear();
  }
  state_->results = 0;
  state_->bytes = 0;
  return taken;
}

}  // namespace bedplate::operations
