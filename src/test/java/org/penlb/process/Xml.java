package org.penlb.process;

import java.io.IOException;
import java.io.StringReader;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/// The report as a parser sees it that forgives nothing.
final class Xml {
  private Xml() {}

  /// Throws for what is not well-formed.
  static Document parse(String text) throws IOException {
    try {
      var factory = DocumentBuilderFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      var builder = factory.newDocumentBuilder();
      builder.setErrorHandler(null);
      // `<!DOCTYPE html>` is all of it that HTML and XML do not share.
      return builder.parse(new InputSource(new StringReader(text)));
    } catch (SAXException | ParserConfigurationException e) {
      throw new IOException("not well-formed: " + e.getMessage() + "\n" + text, e);
    }
  }
}
