package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// nginx behind pen, curl and wrk before it.
class NginxIT {
  private static final int UPLOAD_BYTES = 10 * 1024 * 1024;
  private static final int DOWNLOAD_BYTES = 64 * 1024 * 1024;

  @TempDir private Path dir;

  private Process nginx;
  private PenProcess pen;
  private String url;

  @BeforeEach
  void open() throws Exception {
    var program = Programs.needed("nginx");
    Programs.needed("curl");
    // nginx as root takes its temporary files away from itself.
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.writeString(Files.createDirectory(dir.resolve("www")).resolve("small"), "hello\n");
    int port = WebServer.freePort();
    var file = Files.writeString(dir.resolve("nginx.conf"), configuration(port));
    nginx =
        new ProcessBuilder(program, "-e", dir + "/error.log", "-c", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("nginx.out").toFile())
            .start();
    PenProcess.eventually("nginx serves", () -> answers(port) || !nginx.isAlive());
    pen = PenProcess.start("127.0.0.1:0", "127.0.0.1:" + port);
    url = "http://127.0.0.1:" + pen.port();
  }

  @AfterEach
  void close() throws Exception {
    if (pen != null) {
      pen.close();
    }
    if (nginx != null) {
      nginx.destroyForcibly().waitFor();
    }
  }

  /// A POST is answered once its whole body has been read: by a proxy to a second server.
  private String configuration(int port) throws IOException {
    return """
    daemon off;
    master_process off;
    pid %1$s/nginx.pid;
    error_log %1$s/error.log;
    events { worker_connections 512; }
    http {
      access_log off;
      client_max_body_size 100m;
      client_body_temp_path %1$s/body;
      proxy_temp_path %1$s/proxy;
      fastcgi_temp_path %1$s/fastcgi;
      uwsgi_temp_path %1$s/uwsgi;
      scgi_temp_path %1$s/scgi;
      server {
        listen 127.0.0.1:%2$d;
        root %1$s/www;
        location = /upload { proxy_pass http://127.0.0.1:%3$d/length; }
      }
      server {
        listen 127.0.0.1:%3$d;
        location = /length { return 200 "$content_length\\n"; }
      }
    }
    """
        .formatted(dir, port, WebServer.freePort());
  }

  private static boolean answers(int port) {
    try {
      return WebServer.get("127.0.0.1", port, "/small").equals("hello\n");
    } catch (IOException e) {
      return false;
    }
  }

  private static String curl(String... arguments) throws Exception {
    var words = new java.util.ArrayList<>(java.util.List.of("curl", "-sS", "--max-time", "20"));
    words.addAll(java.util.List.of(arguments));
    var outcome = PenProcess.run(words.toArray(String[]::new));
    assertThat(outcome.status()).as(outcome.err()).isZero();
    return outcome.out();
  }

  private Path noise(String name, int bytes) throws IOException {
    var noise = new byte[bytes];
    new Random(bytes).nextBytes(noise);
    return Files.write(dir.resolve(name), noise);
  }

  private static String sha256(Path file) throws Exception {
    var digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    return HexFormat.of().formatHex(digest);
  }

  @Test
  void aConnectionIsUsedForManyRequests() throws Exception {
    var page = url + "/small";
    assertThat(curl(page, page, page, "-w", "%{num_connects}\n"))
        .isEqualTo("hello\n1\nhello\n0\nhello\n0\n");
  }

  @Test
  void headersWithoutABodyArrive() throws Exception {
    assertThat(curl("-I", url + "/small")).contains("200 OK", "Content-Length: 6");
    assertThat(curl("-o", "/dev/null", "-w", "%{http_code}", url + "/none")).isEqualTo("404");
  }

  @Test
  void anUploadArrivesWhole() throws Exception {
    var file = noise("upload", UPLOAD_BYTES);
    assertThat(curl("--data-binary", "@" + file, url + "/upload")).isEqualTo(UPLOAD_BYTES + "\n");
    // Without a length and with the server's consent: chunks.
    assertThat(
            curl(
                "-H",
                "Transfer-Encoding: chunked",
                "-H",
                "Expect: 100-continue",
                "--data-binary",
                "@" + file,
                url + "/upload"))
        .isEqualTo(UPLOAD_BYTES + "\n");
  }

  @Test
  void aDownloadArrivesUnchanged() throws Exception {
    var file = noise("www/big", DOWNLOAD_BYTES);
    var copy = dir.resolve("copy");
    curl("-o", copy.toString(), url + "/big");
    assertThat(sha256(copy)).isEqualTo(sha256(file));
    curl("-r", "1000-2000", "-o", copy.toString(), url + "/big");
    assertThat(copy).hasSize(1001);
  }

  @Test
  void aLoadGeneratorSeesNoErrors() throws Exception {
    var wrk = Programs.needed("wrk");
    var outcome = PenProcess.run(wrk, "-t1", "-c32", "-d2s", url + "/small");
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out()).contains("Requests/sec").doesNotContain("Socket errors", "Non-2xx");
    System.out.println(
        "wrk through pen to nginx: "
            + outcome
                .out()
                .lines()
                .filter(line -> line.contains("Requests/sec"))
                .findFirst()
                .get());
    assertThat(pen.stderr()).doesNotContain("WARN", "ERROR");
    assertThat(nginx.waitFor(0, TimeUnit.SECONDS)).isFalse();
  }
}
