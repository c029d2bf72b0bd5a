import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** A TLS server of the JDK: java jsse-server.java STORE PASSWORD PORT. Prints a line per finished handshake, such as "TLSv1.3 resumed". */
class JsseServer {
    public static void main(String[] arguments) throws Exception {
        char[] password = arguments[1].toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(Path.of(arguments[0]))) {
            store.load(in, password);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        int port = Integer.parseInt(arguments[2]);
        SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(port, 100, loopback);
        while (true) {
            SSLSocket socket = (SSLSocket) server.accept();
            long accepted = System.currentTimeMillis();
            new Thread(() -> serve(socket, accepted)).start();
        }
    }

    /** A session that is older than its connection was resumed; JSSE has no other word for it, and keeps the time in its tickets too. */
    static void serve(SSLSocket socket, long accepted) {
        try (socket) {
            socket.startHandshake();
            SSLSession session = socket.getSession();
            System.out.println(session.getProtocol() + (session.getCreationTime() < accepted ? " resumed" : " full"));
            while (socket.getInputStream().read() >= 0) {}
        } catch (IOException ended) {
            // A client that resets is nothing to tell of.
        }
    }
}
