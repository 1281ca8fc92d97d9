// The server's side: deadlines, children that fail, the bound of the queue, cancelling.
#include "documents/reading_process.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>

#include "documents/reading_for_test.hpp"
#include "documents/sample_files_for_test.hpp"

namespace bedplate::documents {
namespace {

using namespace std::chrono_literals;
using Fault = DocumentFault;
using testing::HasSubstr;

/// A reader whose child is a shell script instead.
DocumentReaderOptions scripted(const std::string& script) {
  DocumentReaderOptions options = options_for_test();
  options.child_command = {"/bin/sh", "-c", script};
  return options;
}

Fault fault_of(DocumentReaderOptions options) {
  return MeasuredReader(std::move(options)).text_fault(DocumentFormat::kTxt, "text");
}

TEST(ReadingProcess, EndsAChildThatTakesTooLong) {
  DocumentReaderOptions options = scripted("exec sleep 1000");
  options.deadline = 50ms;
  MeasuredReader reader(options);
  const auto start = std::chrono::steady_clock::now();
  const DocumentError error = reader.text_error(DocumentFormat::kPdf, "text");
  EXPECT_EQ(error.fault, Fault::kTimedOut);
  EXPECT_EQ(error.subject, DocumentSubject::kPdf);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 100s) << "it waited for the sleeper";
}

TEST(ReadingProcess, GrantsMoreTimeButNotWithoutEnd) {
  // Frames: 2,000,000 ms more, then nothing.
  DocumentReaderOptions options = scripted(R"(printf 't\0\0\0\0072000000'; exec sleep 1000)");
  options.deadline = 20ms;
  options.more_time_max = 30ms;
  EXPECT_EQ(fault_of(options), Fault::kTimedOut);
  // The answer comes after the deadline and within the time that was granted.
  options = scripted(R"(printf 't\0\0\0\00590000'; sleep 0.2; printf 'p\0\0\0\002hie\0\0\0\0')");
  options.deadline = 100ms;
  MeasuredReader reader(options);
  try {
    EXPECT_EQ(reader.text(DocumentFormat::kTxt, ""), "hi");
  } catch (const DocumentError& error) {
    // A machine so busy that the shell did not start within 100 ms.
    EXPECT_EQ(error.fault, Fault::kTimedOut);
  }
}

// The program is the child's child: it becomes ours here, so that its end can be seen.
TEST(ReadingProcess, LeavesNoProgramBehind) {
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  DocumentReaderOptions options = options_for_test();
  options.deadline = 300ms;
  EXPECT_EQ(MeasuredReader(options).text_fault(DocumentFormat::kPdf, pdf_without_end()),
            Fault::kTimedOut);
  int status = 0;
  const pid_t program = ::waitpid(-1, &status, 0);
  // None when the machine was so busy that the child had not come as far as that.
  if (program > 0) {
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGKILL);
  }
  EXPECT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
}

TEST(ReadingProcess, TrustsNoAnswer) {
  EXPECT_EQ(fault_of(scripted("exit 0")), Fault::kUnreadable);
  EXPECT_EQ(fault_of(scripted("kill -SEGV $$")), Fault::kUnreadable);
  EXPECT_EQ(fault_of(scripted(R"(printf 'e\0\0\0\0')")), Fault::kUnreadable) << "no page";
  EXPECT_EQ(fault_of(scripted(R"(printf 'p\0\0\0\001\377e\0\0\0\0')")), Fault::kUnreadable);
  EXPECT_EQ(fault_of(scripted(R"(printf 'z\0\0\0\001ae\0\0\0\0')")), Fault::kUnreadable);
  EXPECT_EQ(fault_of(scripted(R"(printf 'f\0\0\0\002{}')")), Fault::kUnreadable);
  DocumentReaderOptions options = scripted("exec yes p");
  options.text_max_bytes = 1000;
  options.images_max_bytes = 1000;
  EXPECT_EQ(fault_of(options), Fault::kTooLarge);
}

TEST(ReadingProcess, SaysWhatIsMissing) {
  DocumentReaderOptions options = options_for_test();
  options.search_path = "/nonexistent";
  const DocumentError pdf = MeasuredReader(options).text_error(DocumentFormat::kPdf, pdf_of({"x"}));
  EXPECT_EQ(pdf.fault, Fault::kProgramMissing);
  EXPECT_THAT(pdf.what(), HasSubstr("Debian package poppler-utils"));
  const DocumentError doc =
      MeasuredReader(options).text_error(DocumentFormat::kDoc, sample_file("report.doc"));
  EXPECT_EQ(doc.fault, Fault::kProgramMissing);
  EXPECT_THAT(doc.what(), HasSubstr("Debian package catdoc"));
  EXPECT_EQ(missing_programs_blocking("/nonexistent").size(), 5u);
  EXPECT_TRUE(missing_programs_blocking("/usr/bin:/bin").empty());
  options.child_command = {"/nonexistent/bedplate"};
  EXPECT_EQ(fault_of(options), Fault::kReaderFailed);
}

TEST(ReadingProcess, ChecksTheSandbox) {
  EXPECT_NO_THROW(check_sandbox_blocking(options_for_test()));
  EXPECT_THROW(check_sandbox_blocking(scripted("exit 1")), DocumentError);
}

TEST(ReadingProcess, RefusesWhatTheQueueCannotHold) {
  DocumentReaderOptions options = scripted("read line");
  options.deadline = 200ms;
  options.at_once = 1;
  options.waiting_max = 1;
  boost::asio::io_context context;
  DocumentReader reader(options);
  int busy = 0;
  int ended = 0;
  for (int i = 0; i < 10; ++i) {
    boost::asio::co_spawn(context, reader.read(DocumentFormat::kTxt, "text"),
                          [&](std::exception_ptr error, const DocumentText&) {
                            ++ended;
                            try {
                              std::rethrow_exception(error);
                            } catch (const ApiError& refused) {
                              EXPECT_EQ(refused.type, "ServiceUnavailableException");
                              ++busy;
                            } catch (const DocumentError&) {
                            }
                          });
  }
  context.run();
  EXPECT_EQ(ended, 10);
  EXPECT_GE(busy, 8) << "one runs, one waits";
  EXPECT_LE(busy, 9) << "the first may not have been taken from the queue yet";
}

TEST(ReadingProcess, EndsWithTheTaskThatWaitsForIt) {
  std::atomic<int> children = 0;
  DocumentReaderOptions options = scripted("exec sleep 1000");
  options.deadline = 1000s;
  options.on_child_end = [&](const ChildUsage&) { ++children; };
  {
    boost::asio::io_context context;
    DocumentReader reader(options);
    boost::asio::cancellation_signal cancel;
    bool ended = false;
    boost::asio::co_spawn(context, reader.read(DocumentFormat::kTxt, "text"),
                          boost::asio::bind_cancellation_slot(
                              cancel.slot(), [&](std::exception_ptr error, const DocumentText&) {
                                EXPECT_TRUE(error);
                                ended = true;
                              }));
    boost::asio::post(context, [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
    context.run();
    EXPECT_TRUE(ended);
  }  // the destructor waits for the child, which got no thousand seconds
  EXPECT_LE(children, 1);
}

TEST(Refusal, SaysWhatTheModelSays) {
  const auto text = [](Fault fault, DocumentSubject subject, Door door, int limit = 0) {
    DocumentError error(fault, "detail");
    error.subject = subject;
    error.limit = limit;
    const ApiError refused = refusal(error, door, "messages.0.content.1");
    EXPECT_EQ(refused.type, "ValidationException");
    return std::string(refused.what());
  };
  const std::string prefix = "The model returned the following errors: ";
  using Subject = DocumentSubject;
  EXPECT_EQ(text(Fault::kEncrypted, Subject::kPdf, Door::kMessages),
            prefix +
                "messages.0.content.1.pdf.source.base64.data: The PDF specified is password "
                "protected.");
  EXPECT_EQ(text(Fault::kUnreadable, Subject::kPdf, Door::kConverse),
            prefix + "messages.0.content.1.pdf.source.bytes: The PDF specified was not valid.");
  EXPECT_EQ(text(Fault::kTooManyPages, Subject::kPdf, Door::kConverse, 100),
            prefix + "messages.0.content.1: A maximum of 100 PDF pages may be provided.");
  EXPECT_EQ(text(Fault::kTimedOut, Subject::kPdf, Door::kConverse),
            prefix + "Could not process PDF");
  EXPECT_EQ(text(Fault::kMacros, Subject::kOtherDocument, Door::kConverse),
            prefix +
                "messages.0.content.1.source.bytes: The document source bytes could not be "
                "parsed as the specified format. If using a text-based format, try "
                "source.text instead of source.bytes.");
  EXPECT_EQ(text(Fault::kUnreadable, Subject::kImage, Door::kConverse),
            prefix + "Could not process image");
  EXPECT_EQ(text(Fault::kImageTooLarge, Subject::kImage, Door::kMessages, 8000),
            prefix +
                "messages.0.content.1.image.source.base64.data: At least one of the image "
                "dimensions exceed max allowed size: 8000 pixels");
  EXPECT_EQ(text(Fault::kProgramMissing, Subject::kPdf, Door::kConverse),
            "This server cannot read this document: detail.");
  EXPECT_EQ(refusal({Fault::kReaderFailed, "detail"}, Door::kConverse, "").type,
            "ServiceUnavailableException");
  EXPECT_STREQ(image_format_refusal(ImageFormat::kWebp, ImageFormat::kJpeg, Door::kConverse,
                                    "messages.0.content.0")
                   .what(),
               (prefix + "messages.0.content.0.image.source.bytes: The image was specified using "
                         "the image/webp media type, but the image appears to be a image/jpeg "
                         "image")
                   .c_str());
}

TEST(ReadingTask, SurvivesItsWayToTheChild) {
  ReadingTask task;
  task.kind = ReadingKind::kPageImages;
  task.format = DocumentFormat::kXlsx;
  task.search_path = "/a \"b\":/c";
  task.pages_max = 7;
  task.memory_max_bytes = 5'000'000'000;
  const ReadingTask back = from_argument(to_argument(task));
  EXPECT_EQ(to_argument(back), to_argument(task));
  EXPECT_EQ(back.search_path, task.search_path);
  EXPECT_EQ(back.memory_max_bytes, task.memory_max_bytes);
  EXPECT_THROW(from_argument("{}"), std::invalid_argument);
  EXPECT_THROW(from_argument("nonsense"), std::invalid_argument);
}

}  // namespace
}  // namespace bedplate::documents
