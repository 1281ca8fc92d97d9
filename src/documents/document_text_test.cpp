// Each format's text, through the whole way: server, child, sandbox and back.
#include <gmock/gmock.h>

#include "documents/reading_for_test.hpp"
#include "documents/sample_files_for_test.hpp"

namespace bedplate::documents {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string paragraph(const std::string& text, const std::string& properties = "") {
  return "<w:p><w:pPr>" + properties + "</w:pPr><w:r><w:t>" + text + "</w:t></w:r></w:p>";
}

TEST(DocumentText, OfPdfComesPageByPage) {
  MeasuredReader reader;
  EXPECT_THAT(reader.pages(pdf_of({"One lighthouse", "", "Three ships"})),
              ElementsAre("One lighthouse\n", "", "Three ships\n"));
  EXPECT_TRUE(reader.last_was_cheap());
}

TEST(DocumentText, OfPdfThatOnlyItsOwnerMayChange) {
  MeasuredReader reader;
  EXPECT_THAT(reader.pages(sample_file("owner-password.pdf")), ElementsAre("The secret harbour\n"));
}

TEST(DocumentText, OfAHundredPages) {
  MeasuredReader reader;
  std::vector<std::string> texts;
  for (int i = 1; i <= 100; ++i) texts.push_back("Page " + std::to_string(i));
  const auto pages = reader.pages(pdf_of(texts));
  ASSERT_EQ(pages.size(), 100u);
  EXPECT_EQ(pages[99], "Page 100\n");
}

TEST(DocumentText, OfDocxFromAnotherProgram) {
  MeasuredReader reader;
  EXPECT_EQ(reader.text(DocumentFormat::kDocx, sample_file("report.docx")),
            "# Harbour report\n"
            "The lighthouse keeper counted forty-two ships. Größe: naïve café – “quoted”.\n"
            "- First item\n- Second item\n1. One\n2. Two\n"
            "Ship | Tonnes\nAurora | 1200\nEnd of report.\n");
  EXPECT_TRUE(reader.last_was_cheap());
}

TEST(DocumentText, OfDocxHasHeadersListsTablesAndNotesInOrder) {
  const std::string numbering =
      "<w:numbering xmlns:w='x'><w:abstractNum w:abstractNumId='7'>"
      "<w:lvl w:ilvl='0'><w:start w:val='3'/><w:numFmt w:val='decimal'/></w:lvl>"
      "<w:lvl w:ilvl='1'><w:numFmt w:val='lowerLetter'/></w:lvl></w:abstractNum>"
      "<w:num w:numId='1'><w:abstractNumId w:val='7'/></w:num></w:numbering>";
  const std::string styles =
      "<w:styles xmlns:w='x'><w:style w:styleId='Base'><w:pPr><w:outlineLvl w:val='1'/></w:pPr>"
      "</w:style><w:style w:styleId='Chapter'><w:basedOn w:val='Base'/></w:style></w:styles>";
  const std::string item = "<w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr>";
  const std::string deeper = "<w:numPr><w:ilvl w:val='1'/><w:numId w:val='1'/></w:numPr>";
  const std::string body =
      paragraph("Title", "<w:pStyle w:val='Chapter'/>") + paragraph("a", item) +
      paragraph("b", deeper) + paragraph("c", item) + paragraph("d", deeper) +
      "<w:tbl><w:tr><w:tc>" + paragraph("1") + paragraph("2") + "</w:tc><w:tc><w:tbl><w:tr><w:tc>" +
      paragraph("in") + "</w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl>" +
      "<w:p><w:r><w:t>x</w:t><w:tab/><w:t>y &amp; z</w:t><w:br/><w:t>w</w:t></w:r></w:p>";
  MeasuredReader reader;
  EXPECT_EQ(
      reader.text(
          DocumentFormat::kDocx,
          docx_of(body, {{"word/numbering.xml", numbering},
                         {"word/styles.xml", styles},
                         {"word/header1.xml",
                          "<w:hdr xmlns:w='x'>" + paragraph("Letterhead") + "</w:hdr>"},
                         {"word/footnotes.xml",
                          "<w:footnotes xmlns:w='x'>" + paragraph("A note") + "</w:footnotes>"}})),
      "Letterhead\n## Title\n3. a\n  a. b\n4. c\n  a. d\n1 2 | in\nx\ty & z\nw\nA note\n");
}

TEST(DocumentText, OfDocxShowsWhatAReaderSees) {
  const std::string body =
      "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>kept</w:t></w:r>"
      "</w:ins><w:r><w:instrText>HYPERLINK</w:instrText></w:r></w:p>"
      "<w:p><w:r><mc:AlternateContent xmlns:mc='m'><mc:Choice><w:txbxContent><w:p><w:r><w:t>box"
      "</w:t></w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback><w:p><w:r><w:t>box</w:t></w:r>"
      "</w:p></mc:Fallback></mc:AlternateContent><w:t>around</w:t></w:r></w:p>";
  MeasuredReader reader;
  EXPECT_EQ(reader.text(DocumentFormat::kDocx, docx_of(body)), "kept\nbox\naround\n");
}

TEST(DocumentText, OfXlsxFromAnotherProgram) {
  MeasuredReader reader;
  EXPECT_EQ(reader.text(DocumentFormat::kXlsx, sample_file("cargo.xlsx")),
            "cargo\nShip,Tonnes,Arrived\nAurora,1200.5,2024-03-01\n"
            "\"Bel, the second\",77,2024-03-02\n");
}

TEST(DocumentText, OfXlsxHasEveryKindOfCell) {
  const std::string shared =
      "<sst xmlns='x'><si><t>plain</t></si><si><r><t>ri</t></r><rPh><t>no</t></rPh><r><t>ch</t></r>"
      "</si></sst>";
  const std::string styles =
      "<styleSheet xmlns='x'><numFmts><numFmt numFmtId='164' formatCode='0.00\"days\"'/>"
      "<numFmt numFmtId='165' formatCode='[$-409]yyyy/mm/dd hh:mm;@'/></numFmts>"
      "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/><xf numFmtId='165'/>"
      "</cellXfs></styleSheet>";
  const std::string rows =
      "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='C1' t='s'><v>1</v></c></row>"
      "<row r='2'><c r='A2'><v>0.1</v></c><c r='B2' s='1'><v>45352</v></c>"
      "<c r='C2' s='2'><v>45352</v></c><c r='D2' s='3'><v>45352.5</v></c></row>"
      "<row r='3'/><row r='4'><c t='b'><v>1</v></c><c t='e'><v>#DIV/0!</v></c>"
      "<c t='inlineStr'><is><t>in\"line</t></is></c><c t='str'><f>A1</f><v>sum</v></c>"
      "<c t='s'><v>99</v></c></row>"
      "<row r='1048576'><c r='B1048576'><v>1E+2</v></c></row>";
  MeasuredReader reader;
  EXPECT_EQ(reader.text(DocumentFormat::kXlsx, xlsx_of(rows, {{"xl/sharedStrings.xml", shared},
                                                              {"xl/styles.xml", styles}})),
            "Cargo\nplain,,rich\n0.1,2024-03-01,45352,2024-03-01 12:00:00\n"
            "TRUE,#DIV/0!,\"in\"\"line\",sum\n,100\n");
}

TEST(DocumentText, OfTheOlderOfficeFormats) {
  MeasuredReader reader;
  EXPECT_THAT(reader.text(DocumentFormat::kDoc, sample_file("report.doc")),
              HasSubstr("counted forty-two ships. Größe: naïve café – “quoted”.\n"));
  EXPECT_TRUE(reader.last_was_cheap());
  EXPECT_THAT(reader.text(DocumentFormat::kXls, sample_file("cargo.xls")),
              HasSubstr("Ship,Tonnes,Arrived\nAurora,1200.5,"));
  EXPECT_EQ(reader.text(DocumentFormat::kDoc, R"({\rtf1\ansi Plain \b bold\b0  words\par})"),
            "Plain bold words\n");
}

TEST(DocumentText, OfHtmlIsWhatABrowserShows) {
  MeasuredReader reader;
  EXPECT_EQ(reader.text(DocumentFormat::kHtml,
                        R"(<!doctype html><title>T</title>
<style>p{}</style><script>if (a < b) document.write("<p>no</p>")</script>
<h2>Harbour  <em>report</em></h2><p>Two
 words&nbsp;&amp; a <b>b</b>old&eacute;.<p>Next<br>line
<ul><li>one<li>two</ul><table><tr><th>Ship<td>Tonnes</tr><tr><td>Aurora<td>1200</table>
<pre>  keep
   this</pre><!-- not this --><section>end</section>)"),
            "T\n## Harbour report\nTwo words\u00A0& a boldé.\nNext\nline\n- one\n- two\n"
            "Ship | Tonnes\nAurora | 1200\n  keep\n   this\nend\n");
  EXPECT_EQ(reader.text(DocumentFormat::kHtml, "<meta charset='iso-8859-2'><p>\xB3\xF3\xBF</p>"),
            "łóż\n");
}

TEST(DocumentText, OfTextFilesStaysAsItIs) {
  MeasuredReader reader;
  EXPECT_EQ(reader.text(DocumentFormat::kCsv, "a,b\n\"1\n2\",3\n"), "a,b\n\"1\n2\",3\n");
  EXPECT_EQ(reader.text(DocumentFormat::kMd, "# A\r\n\r\n* b\r\n"), "# A\n\n* b\n");
  EXPECT_EQ(reader.text(DocumentFormat::kTxt, ""), "");
  EXPECT_EQ(reader.text(DocumentFormat::kTxt, "page\fpage"), "page\npage");
  EXPECT_EQ(reader.text(DocumentFormat::kTxt, "\xEF\xBB\xBF mark"), " mark");
  EXPECT_EQ(reader.text(DocumentFormat::kTxt, std::string("\xFF\xFEZ\0\xFC\0", 6)), "Zü");
  EXPECT_EQ(reader.text(DocumentFormat::kTxt, std::string("\xFE\xFF\0Z\0\xFC", 6)), "Zü");
  EXPECT_EQ(reader.text(DocumentFormat::kTxt,
                        "Gr\xF6\xDF"
                        "e \x80 5"),
            "Größe € 5");
}

TEST(DocumentText, ManyAtATimeAreAllAnswered) {
  boost::asio::io_context context;
  DocumentReader reader(options_for_test());
  int answers = 0;
  for (int i = 0; i < 20; ++i) {
    boost::asio::co_spawn(context, reader.read(DocumentFormat::kTxt, "text"),
                          [&](std::exception_ptr error, const DocumentText& text) {
                            EXPECT_FALSE(error);
                            EXPECT_THAT(text.pages, ElementsAre("text"));
                            ++answers;
                          });
  }
  context.run();
  EXPECT_EQ(answers, 20);
}

}  // namespace
}  // namespace bedplate::documents
