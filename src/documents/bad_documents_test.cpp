// Documents that must be refused, each with the right fault, little time and bounded memory.
#include <gmock/gmock.h>

#include "documents/reading_for_test.hpp"
#include "documents/sample_files_for_test.hpp"

namespace bedplate::documents {
namespace {

using Fault = DocumentFault;

std::string repeated(const std::string& text, int count) {
  std::string result;
  result.reserve(text.size() * std::size_t(count));
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

class BadDocument : public testing::Test {
 protected:
  void expect(DocumentFormat format, Fault fault, const std::string& bytes) {
    const DocumentError error = reader.text_error(format, bytes);
    EXPECT_EQ(name_of(error.fault), name_of(fault)) << error.what();
    EXPECT_EQ(error.subject, format == DocumentFormat::kPdf ? DocumentSubject::kPdf
                                                            : DocumentSubject::kOtherDocument);
    EXPECT_TRUE(reader.last_was_cheap())
        << reader.usage().processor_time.count() << " us, " << reader.usage().memory_max_bytes;
  }
  MeasuredReader reader;
};

TEST_F(BadDocument, WithAPassword) {
  expect(DocumentFormat::kPdf, Fault::kEncrypted, sample_file("password.pdf"));
  expect(DocumentFormat::kDocx, Fault::kEncrypted, sample_file("password.docx"));
  expect(DocumentFormat::kXlsx, Fault::kEncrypted, sample_file("password.xlsx"));
  expect(DocumentFormat::kDoc, Fault::kEncrypted, sample_file("password.doc"));
  expect(DocumentFormat::kXls, Fault::kEncrypted, sample_file("password.xls"));
  const Files files = {{"[Content_Types].xml", "<Types/>"}, {"_rels/.rels", "<Relationships/>"}};
  expect(DocumentFormat::kDocx, Fault::kEncrypted, zip_of(files, "secret"));
}

TEST_F(BadDocument, ThatIsNotWhatItsFormatSays) {
  const std::string pdf = pdf_of({"text"});
  for (const auto format :
       {DocumentFormat::kDocx, DocumentFormat::kXlsx, DocumentFormat::kDoc, DocumentFormat::kXls}) {
    expect(format, Fault::kWrongFormat, pdf);
    expect(format, Fault::kWrongFormat, "");
    expect(format, Fault::kWrongFormat, "just text");
  }
  expect(DocumentFormat::kPdf, Fault::kWrongFormat, sample_file("report.docx"));
  expect(DocumentFormat::kPdf, Fault::kWrongFormat, "");
  expect(DocumentFormat::kDocx, Fault::kWrongFormat, sample_file("cargo.xlsx"));
  expect(DocumentFormat::kXlsx, Fault::kWrongFormat, sample_file("report.docx"));
  expect(DocumentFormat::kDocx, Fault::kWrongFormat, sample_file("report.doc"));
  expect(DocumentFormat::kDoc, Fault::kWrongFormat, sample_file("cargo.xls"));
  expect(DocumentFormat::kXls, Fault::kWrongFormat, sample_file("report.doc"));
  expect(DocumentFormat::kDocx, Fault::kWrongFormat, zip_of({{"a", "b"}}));
  for (const auto format :
       {DocumentFormat::kTxt, DocumentFormat::kMd, DocumentFormat::kCsv, DocumentFormat::kHtml}) {
    expect(format, Fault::kWrongFormat, sample_file("report.docx"));
    expect(format, Fault::kWrongFormat, repeated("\x01\x02", 100));
    expect(format, Fault::kWrongFormat, "\xEF\xBB\xBF\xFF promised UTF-8");
  }
}

TEST_F(BadDocument, ThatWasCutShort) {
  const std::string pdf = pdf_of({"one", "two", "three"});
  for (std::size_t part = 1; part < 10; ++part) {
    expect(DocumentFormat::kPdf, Fault::kUnreadable, pdf.substr(0, pdf.size() * part / 10));
  }
  for (const auto& [name, format] : {std::pair{"report.docx", DocumentFormat::kDocx},
                                     std::pair{"cargo.xlsx", DocumentFormat::kXlsx},
                                     std::pair{"report.doc", DocumentFormat::kDoc},
                                     std::pair{"cargo.xls", DocumentFormat::kXls}}) {
    const std::string whole = sample_file(name);
    for (std::size_t part = 3; part < 10; part += 3) {
      expect(format, Fault::kUnreadable, whole.substr(0, whole.size() * part / 10));
    }
  }
}

TEST_F(BadDocument, ThatIsDamagedWithin) {
  std::string docx = sample_file("report.docx");
  docx[docx.find("word/document.xml") + 300] ^= 0x55;
  expect(DocumentFormat::kDocx, Fault::kUnreadable, docx);
  expect(DocumentFormat::kDocx, Fault::kUnreadable, docx_of("<w:p><w:r></w:p>"));
  std::string pdf = pdf_of({"text"});
  pdf.replace(pdf.find("/Catalog"), 8, "/Dogalog");
  pdf.replace(pdf.find("/Root 1 0 R"), 11, "/Root 9 0 R");
  expect(DocumentFormat::kPdf, Fault::kUnreadable, pdf);
}

TEST_F(BadDocument, WithMacros) {
  expect(DocumentFormat::kDocx, Fault::kMacros,
         docx_of("", {{"word/vbaProject.bin", "Attribute VB_Name"}}));
  expect(DocumentFormat::kXlsx, Fault::kMacros,
         xlsx_of("", {{"[Content_Types].xml",
                       "<Types><Override PartName='/xl/workbook.xml' ContentType='application/"
                       "vnd.ms-excel.sheet.macroEnabled.main+xml'/></Types>"}}));
  std::string doc = sample_file("report.doc");
  const std::string_view entry("_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T\0\0\0", 26);
  doc.replace(doc.size() - 600, entry.size(), entry);
  expect(DocumentFormat::kDoc, Fault::kMacros, doc);
}

TEST_F(BadDocument, WithTenThousandPages) {
  std::vector<std::string> texts(10'000, "page");
  const std::string pdf = pdf_of(texts);
  expect(DocumentFormat::kPdf, Fault::kTooManyPages, pdf);
  EXPECT_EQ(reader.text_error(DocumentFormat::kPdf, pdf).limit, 100);
  const DocumentError rendered = reader.error_of(
      [&](DocumentReader& of) { answer_of(of.render_pages(pdf, {.pages_max = 20})); });
  EXPECT_EQ(rendered.fault, Fault::kTooManyPages);
  EXPECT_EQ(rendered.limit, 20);
}

/// An element full of others and of spaces.
std::string spaces_in(const std::string& name, int megabytes) {
  return "<" + name + ">" + repeated("<x/>" + std::string(1020, ' '), megabytes << 10) + "</" +
         name + ">";
}

// Each is made before its reading starts: what this process holds then counts as the child's.
TEST_F(BadDocument, ThatUnpacksWithoutEnd) {
  const std::string one_part = docx_of("", {{"word/styles.xml", spaces_in("styles", 80)}});
  expect(DocumentFormat::kDocx, Fault::kTooLarge, one_part);
  // Within the bound of one part, beyond that of all together.
  const std::string two_parts = xlsx_of("", {{"xl/sharedStrings.xml", spaces_in("sst", 40)},
                                             {"xl/styles.xml", spaces_in("styleSheet", 40)}});
  expect(DocumentFormat::kXlsx, Fault::kTooLarge, two_parts);
  const std::string one_text =
      docx_of("<w:p><w:r><w:t>" + std::string(30 << 20, 'x') + "</w:t></w:r></w:p>");
  expect(DocumentFormat::kDocx, Fault::kTooLarge, one_text);
}

TEST_F(BadDocument, ThatNamesOneTextOften) {
  const std::string text = "<sst><si><t>" + std::string(32'000, 'x') + "</t></si></sst>";
  expect(DocumentFormat::kXlsx, Fault::kTooLarge,
         xlsx_of(repeated("<row><c t='s'><v>0</v></c></row>", 10'000),
                 {{"xl/sharedStrings.xml", text}}));
  // A cell at the end of every row: commas.
  expect(DocumentFormat::kXlsx, Fault::kTooLarge,
         xlsx_of(repeated("<row><c r='XFD1'><v>1</v></c></row>", 10'000)));
}

TEST_F(BadDocument, ThatHoldsAnArchiveInAnArchive) {
  const std::string bomb = zip_of({{"inner", std::string(100 << 20, '\0')}});
  EXPECT_EQ(reader.text(DocumentFormat::kDocx,
                        docx_of("<w:p><w:r><w:t>safe</w:t></w:r></w:p>",
                                {{"word/embeddings/bomb.zip", zip_of({{"bomb.zip", bomb}})}})),
            "safe\n");
  EXPECT_TRUE(reader.last_was_cheap());
}

TEST_F(BadDocument, ThatDeclaresEntities) {
  std::string laughs = "<!DOCTYPE w:document [<!ENTITY l0 'lol'>";
  for (int i = 1; i < 12; ++i) {
    laughs += "<!ENTITY l" + std::to_string(i) + " '" +
              repeated("&l" + std::to_string(i - 1) + ";", 10) + "'>";
  }
  laughs +=
      "]><w:document xmlns:w='x'><w:body><w:p><w:r><w:t>&l11;</w:t></w:r></w:p></w:body>"
      "</w:document>";
  expect(DocumentFormat::kDocx, Fault::kWrongFormat, docx_of("", {{"word/document.xml", laughs}}));
  expect(DocumentFormat::kDocx, Fault::kWrongFormat,
         docx_of("", {{"word/document.xml",
                       "<!DOCTYPE d [<!ENTITY f SYSTEM '/etc/passwd'>]>"
                       "<document><body><p><r><t>&f;</t></r></p></body>"
                       "</document>"}}));
}

TEST_F(BadDocument, ThatNestsDeeply) {
  expect(DocumentFormat::kDocx, Fault::kUnreadable,
         docx_of(repeated("<w:p>", 100'000) + repeated("</w:p>", 100'000)));
  EXPECT_EQ(reader.text(DocumentFormat::kHtml, repeated("<div>", 100'000) + "deep"), "deep\n");
  EXPECT_TRUE(reader.last_was_cheap());
  EXPECT_EQ(reader.text(DocumentFormat::kHtml, repeated("<b><table><tr><td>", 25'000) + "deep"),
            "deep\n");
  EXPECT_TRUE(reader.last_was_cheap());
}

TEST_F(BadDocument, WithMoreTextThanAllowed) {
  DocumentReaderOptions options = options_for_test();
  options.text_max_bytes = 1000;
  MeasuredReader small(options);
  const std::string text(1001, 'x');
  EXPECT_EQ(small.text_fault(DocumentFormat::kTxt, text), Fault::kTooLarge);
  EXPECT_EQ(small.text_fault(DocumentFormat::kHtml, text), Fault::kTooLarge);
  EXPECT_EQ(small.text_fault(DocumentFormat::kPdf,
                             pdf_of(std::vector<std::string>(100, "twenty characters of"))),
            Fault::kTooLarge);
  EXPECT_EQ(small.text_fault(DocumentFormat::kDocx,
                             docx_of("<w:p><w:r><w:t>" + text + "</w:t></w:r></w:p>")),
            Fault::kTooLarge);
  EXPECT_EQ(small.text(DocumentFormat::kTxt, text.substr(1)), text.substr(1));
}

}  // namespace
}  // namespace bedplate::documents
