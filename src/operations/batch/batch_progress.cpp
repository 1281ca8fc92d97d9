#include "operations/batch/batch_progress.hpp"

#include <boost/describe.hpp>
#include <boost/json.hpp>

namespace bedplate::operations {

// The members of BatchCounts are described in batch_job.cpp, too: each file sees its own.
BOOST_DESCRIBE_STRUCT(BatchCounts, (), (total, succeeded, failed, input_tokens, output_tokens))
BOOST_DESCRIBE_STRUCT(BatchFile, (), (key, name, etag, records))
BOOST_DESCRIBE_STRUCT(BatchProgress, (), (files, file, offset, ordinal, done, counts))

std::string write_progress(const BatchProgress& progress) {
  return boost::json::serialize(boost::json::value_from(progress));
}

BatchProgress read_progress(const std::string& checkpoint) {
  if (checkpoint.empty()) return {};
  return boost::json::value_to<BatchProgress>(boost::json::parse(checkpoint));
}

std::shared_ptr<RecordPlace> RecordWindow::enter(std::int64_t file, std::int64_t offset) {
  auto place = std::make_shared<RecordPlace>(RecordPlace{file, offset, next_ordinal_++, false});
  place->done = done_.erase(place->ordinal) > 0;
  places_.push_back(place);
  return place->done ? nullptr : place;
}

void RecordWindow::describe(BatchProgress& progress) {
  // The last place stays, done or not: it says where the reading is.
  while (places_.size() > 1 && places_.front()->done) places_.pop_front();
  const RecordPlace& first = places_.empty() ? first_ : *places_.front();
  progress.file = first.file;
  progress.offset = first.offset;
  progress.ordinal = first.ordinal;
  progress.done.assign(done_.begin(), done_.end());  // not reached again yet
  for (const auto& place : places_) {
    if (place->done) progress.done.push_back(place->ordinal);
  }
}

}  // namespace bedplate::operations
