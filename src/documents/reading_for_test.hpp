// Runs a DocumentReader to its answer, with a child of the test program itself.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "documents/document_reader.hpp"

namespace bedplate::documents {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

template <class T>
T answer_of(Task<T> task) {
  static boost::asio::io_context context;  // outlives every reader
  context.restart();
  std::optional<T> answer;
  std::exception_ptr failure;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, T result) {
    failure = error;
    answer = std::move(result);
  });
  context.run();
  if (failure) std::rethrow_exception(failure);
  return std::move(*answer);
}

/// Other tests run beside these: the deadline is generous, and what a child used is measured.
inline DocumentReaderOptions options_for_test() {
  DocumentReaderOptions options;
  options.deadline = std::chrono::seconds(30);
  return options;
}

/// A reader and what its last child used.
class MeasuredReader {
 public:
  explicit MeasuredReader(DocumentReaderOptions options = options_for_test())
      : reader_(with_measure(std::move(options))) {}

  std::string text(DocumentFormat format, std::string bytes) {
    return answer_of(reader_.read(format, std::move(bytes))).pages.at(0);
  }
  std::vector<std::string> pages(std::string pdf) {
    return answer_of(reader_.read(DocumentFormat::kPdf, std::move(pdf))).pages;
  }
  DocumentReader& reader() { return reader_; }

  /// Runs `function`, which must throw a DocumentError.
  template <class Function>
  DocumentError error_of(Function function) {
    try {
      function(reader_);
    } catch (const DocumentError& error) {
      return error;
    }
    throw std::logic_error("there was no error");
  }
  DocumentError text_error(DocumentFormat format, std::string bytes) {
    return error_of(
        [&](DocumentReader& reader) { answer_of(reader.read(format, std::move(bytes))); });
  }
  DocumentFault text_fault(DocumentFormat format, std::string bytes) {
    return text_error(format, std::move(bytes)).fault;
  }
  DocumentFault image_fault(std::string bytes) {
    return error_of(
               [&](DocumentReader& reader) { answer_of(reader.to_engine_image(std::move(bytes))); })
        .fault;
  }

  ChildUsage usage() const {
    const std::lock_guard lock(mutex_);
    return usage_;
  }
  /// Whether the last child kept to a second of the processor and to its memory.
  bool last_was_cheap() const {
    if (kSanitized) return true;  // where both cost many times as much
    return usage().processor_time < std::chrono::seconds(1) &&
           usage().memory_max_bytes < 512 * 1024 * 1024;
  }

 private:
  DocumentReaderOptions with_measure(DocumentReaderOptions options) {
    options.on_child_end = [this](const ChildUsage& usage) {
      const std::lock_guard lock(mutex_);
      usage_ = usage;
    };
    return options;
  }

  mutable std::mutex mutex_;
  ChildUsage usage_;
  DocumentReader reader_;
};

}  // namespace bedplate::documents
