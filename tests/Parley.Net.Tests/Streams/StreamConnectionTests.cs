using System.Buffers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;

namespace Parley.Net.Tests.Streams;

public sealed class StreamConnectionTests
{
    private static readonly NetEndpoint FreePort = NetEndpoint.V4(0x7F000001, 0);

    private readonly PacketPool _pool = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StreamKind.Tcp)]
    [InlineData(StreamKind.Tls)]
    [InlineData(StreamKind.Ws)]
    [InlineData(StreamKind.Wss)]
    public async Task Bytes_sent_on_one_side_come_back_from_an_echo_on_the_other(StreamKind kind)
    {
        await using var listener = await ListenAsync(kind, Echo);
        await using var client = await ConnectAsync(kind, listener.Local);
        var received = Collect(client);

        Assert.True(SendText(client, "OPTIONS sip:a SIP/2.0\r\n\r\n"));

        Assert.Equal("OPTIONS sip:a SIP/2.0\r\n\r\n", await ReadTextAsync(received, 25));
        Assert.Equal(listener.Local, client.Remote);
        Assert.False(client.IsIncoming);
        Assert.Equal(kind, client.Kind);
    }

    [Theory]
    [InlineData(StreamKind.Tls)]
    [InlineData(StreamKind.Ws)]
    [InlineData(StreamKind.Wss)]
    public async Task A_name_that_no_host_can_have_is_an_address_that_cannot_be_reached(StreamKind kind)
    {
        await using var listener = await ListenAsync(kind, Echo);
        var refused = await Record.ExceptionAsync(async () =>
            await StreamConnector.ConnectAsync(new() { Kind = kind, Remote = listener.Local, HostName = "a..b" }, _pool, Cancel));
        Assert.True(refused is IOException or AuthenticationException, refused?.ToString() ?? "connected");
    }

    [Theory]
    [InlineData(StreamKind.Tcp)]
    [InlineData(StreamKind.Tls)]
    [InlineData(StreamKind.Ws)]
    [InlineData(StreamKind.Wss)]
    public async Task The_other_side_learns_that_a_connection_was_closed(StreamKind kind)
    {
        var accepted = new TaskCompletionSource<IStreamConnection>();
        await using var listener = await ListenAsync(kind, async c =>
        {
            accepted.SetResult(c);
            await c.ReceiveAsync(_ => 0, default);
        });
        var client = await ConnectAsync(kind, listener.Local);
        var server = await accepted.Task.WaitAsync(Cancel);

        await client.DisposeAsync();

        await WhenClosed(server);
        Assert.True(server.IsIncoming);
        Assert.False(SendText(client, "late"));
    }

    [Fact]
    public async Task Web_socket_messages_keep_their_borders_and_large_ones_arrive_whole()
    {
        await using var listener = await ListenAsync(StreamKind.Ws, Echo);
        await using var client = await ConnectAsync(StreamKind.Ws, listener.Local);
        var received = Collect(client);
        var large = new string('x', 60_000);

        SendText(client, "one");
        SendText(client, large);

        Assert.Equal("one", await received.Reader.ReadAsync(Cancel));
        Assert.Equal(large, await received.Reader.ReadAsync(Cancel));
        Assert.True(client.KeepsMessageBorders);
    }

    [Fact]
    public async Task A_web_socket_message_over_the_limit_closes_the_connection()
    {
        var called = false;
        var ended = new TaskCompletionSource();
        await using var listener = await ListenAsync(StreamKind.Ws, async c =>
        {
            await c.ReceiveAsync(_ => { called = true; return 0; }, default);
            ended.SetResult();
        });
        await using var client = await ConnectAsync(StreamKind.Ws, listener.Local);

        SendText(client, new string('x', 70_000));

        await ended.Task.WaitAsync(Cancel);
        Assert.False(called);
    }

    [Fact]
    public async Task A_web_socket_client_without_the_sip_sub_protocol_is_refused()
    {
        await using var listener = await ListenAsync(StreamKind.Ws, Echo);

        var refused = await Assert.ThrowsAsync<IOException>(async () =>
            await StreamConnector.ConnectAsync(new() { Kind = StreamKind.Ws, Remote = listener.Local, SubProtocol = "chat" }, _pool, Cancel));

        Assert.Contains("refused the WebSocket", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_does_not_read_is_closed_when_the_queue_is_full()
    {
        var stuck = new TaskCompletionSource();
        await using var listener = await ListenAsync(StreamKind.Tcp, _ => stuck.Task);
        await using var client = await StreamConnector.ConnectAsync(
            new() { Kind = StreamKind.Tcp, Remote = listener.Local, MaxSendQueue = 100_000 }, _pool, Cancel);

        // The kernel and the server take some megabytes before the queue here begins to fill.
        var sent = 0;
        while (SendText(client, new string('x', 50_000)) && sent < 1000)
            sent++;

        Assert.InRange(sent, 1, 999);
        await WhenClosed(client);
        stuck.SetResult();
    }

    [Fact]
    public async Task All_buffers_are_back_in_the_pool_after_a_connection_ended_with_a_full_queue()
    {
        var stuck = new TaskCompletionSource();
        await using (var listener = await ListenAsync(StreamKind.Tcp, _ => stuck.Task))
        {
            var client = await StreamConnector.ConnectAsync(
                new() { Kind = StreamKind.Tcp, Remote = listener.Local, MaxSendQueue = 100_000_000 }, _pool, Cancel);
            for (var i = 0; i < 300; i++)
                SendText(client, new string('x', 60_000));
            await client.DisposeAsync();
            stuck.SetResult();
        }

        Assert.True(SpinWait.SpinUntil(() => _pool.Outstanding == 0, 5_000), $"{_pool.Outstanding} buffers are still out");
    }

    [Fact]
    public async Task What_was_queued_before_disposing_still_arrives()
    {
        var text = new TaskCompletionSource<string>();
        await using var listener = await ListenAsync(StreamKind.Tcp, async c =>
        {
            var all = new StringBuilder();
            await c.ReceiveAsync(b => { all.Append(Encoding.ASCII.GetString(b)); return (int)b.Length; }, default);
            text.SetResult(all.ToString());
        });
        var client = await ConnectAsync(StreamKind.Tcp, listener.Local);

        SendText(client, "SIP/2.0 400 Bad\r\n\r\n");
        await client.DisposeAsync();

        Assert.Equal("SIP/2.0 400 Bad\r\n\r\n", await text.Task.WaitAsync(Cancel));
    }

    [Fact]
    public async Task Bytes_that_were_not_consumed_are_offered_again_with_what_came_after()
    {
        await using var listener = await ListenAsync(StreamKind.Tcp, Echo);
        await using var client = await ConnectAsync(StreamKind.Tcp, listener.Local);
        var whole = new TaskCompletionSource<string>();
        var receiving = client.ReceiveAsync(
            bytes =>
            {
                if (bytes.Length < 6)
                    return 0;
                whole.TrySetResult(Encoding.ASCII.GetString(bytes));
                return (int)bytes.Length;
            },
            Cancel);

        SendText(client, "abc");
        SendText(client, "def");

        Assert.Equal("abcdef", await whole.Task.WaitAsync(Cancel));
    }

    [Fact]
    public async Task A_negative_count_from_the_receiver_closes_the_connection()
    {
        await using var listener = await ListenAsync(StreamKind.Tcp, Echo);
        await using var client = await ConnectAsync(StreamKind.Tcp, listener.Local);
        var receiving = client.ReceiveAsync(_ => -1, Cancel);

        SendText(client, "abc");

        await receiving.WaitAsync(Cancel);
        Assert.True(client.Closed.IsCancellationRequested);
    }

    [Fact]
    public async Task Connecting_where_nobody_listens_says_so()
    {
        var listener = await ListenAsync(StreamKind.Tcp, Echo);
        var gone = listener.Local;
        await listener.DisposeAsync();

        var refused = await Assert.ThrowsAsync<IOException>(async () => await ConnectAsync(StreamKind.Tcp, gone));

        Assert.Contains(gone.ToString(), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listening_on_a_port_in_use_says_so()
    {
        await using var listener = await ListenAsync(StreamKind.Tcp, Echo);

        var refused = await Assert.ThrowsAsync<IOException>(async () =>
            await StreamListener.ListenAsync(new() { Kind = StreamKind.Tcp, Local = listener.Local }, Echo, _pool, Cancel));

        Assert.Contains(listener.Local.ToString(), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_over_the_limit_are_closed_at_once()
    {
        await using var listener = await StreamListener.ListenAsync(
            new() { Kind = StreamKind.Tcp, Local = FreePort, MaxConnections = 1 }, Echo, _pool, Cancel);
        await using var first = await ConnectAsync(StreamKind.Tcp, listener.Local);
        var echoed = Collect(first);
        SendText(first, "here");
        await ReadTextAsync(echoed, 4);

        await using var second = await ConnectAsync(StreamKind.Tcp, listener.Local);
        await second.ReceiveAsync(_ => 0, Cancel);

        Assert.True(second.Closed.IsCancellationRequested);
        Assert.False(first.Closed.IsCancellationRequested);
    }

    [Fact]
    public async Task Tls_on_the_listener_without_a_private_key_is_refused()
    {
        using var certificate = TlsCertificates.SelfSigned("localhost");
        using var publicOnly = X509CertificateLoader.LoadCertificate(certificate.RawData);

        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await StreamListener.ListenAsync(new() { Kind = StreamKind.Tls, Local = FreePort, Certificate = publicOnly }, Echo, _pool, Cancel));
    }

    [Theory]
    [InlineData(StreamKind.Tls)]
    [InlineData(StreamKind.Wss)]
    public async Task An_untrusted_certificate_is_refused_with_the_reason(StreamKind kind)
    {
        await using var listener = await ListenAsync(kind, Echo);

        var refused = await Assert.ThrowsAsync<AuthenticationException>(async () =>
            await StreamConnector.ConnectAsync(new() { Kind = kind, Remote = listener.Local, HostName = "pbx.example" }, _pool, Cancel));

        Assert.Contains("does not verify", refused.Message, StringComparison.Ordinal);
        Assert.Contains("pbx.example", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StreamKind.Tls)]
    [InlineData(StreamKind.Wss)]
    public async Task A_trusted_certificate_for_another_domain_is_refused_and_the_names_are_told(StreamKind kind)
    {
        using var certificate = TlsCertificates.SelfSigned("pbx.example");
        await using var listener = await StreamListener.ListenAsync(
            new() { Kind = kind, Local = FreePort, Certificate = certificate }, Echo, _pool, Cancel);

        var refused = await Assert.ThrowsAsync<AuthenticationException>(async () => await StreamConnector.ConnectAsync(
            new() { Kind = kind, Remote = listener.Local, HostName = "bank.example", TrustedRoots = [certificate] }, _pool, Cancel));

        Assert.Contains("'bank.example'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'pbx.example'", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StreamKind.Tls)]
    [InlineData(StreamKind.Wss)]
    public async Task A_trusted_certificate_for_the_domain_is_accepted_and_shown(StreamKind kind)
    {
        using var certificate = TlsCertificates.SelfSigned("pbx.example");
        await using var listener = await StreamListener.ListenAsync(
            new() { Kind = kind, Local = FreePort, Certificate = certificate }, Echo, _pool, Cancel);

        await using var client = await StreamConnector.ConnectAsync(
            new() { Kind = kind, Remote = listener.Local, HostName = "pbx.example", TrustedRoots = [certificate] }, _pool, Cancel);

        Assert.Equal(certificate.Thumbprint, client.RemoteCertificate?.Thumbprint);
    }

    [Fact]
    public async Task Intermediates_of_a_pem_chain_are_sent_so_that_the_root_is_enough_to_verify()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Authority("CN=root", rootKey).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(9));
        using var middle = Authority("CN=middle", middleKey).Create(root, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(8), [1]).CopyWithPrivateKey(middleKey);
        var request = new CertificateRequest("CN=leaf", leafKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("pbx.example");
        request.CertificateExtensions.Add(names.Build());
        using var leaf = request.Create(middle, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(7), [2]);
        var (chainFile, keyFile) = (Path.GetTempFileName(), Path.GetTempFileName());
        await File.WriteAllTextAsync(chainFile, $"{leaf.ExportCertificatePem()}\n{middle.ExportCertificatePem()}\n", Cancel);
        await File.WriteAllTextAsync(keyFile, leafKey.ExportPkcs8PrivateKeyPem(), Cancel);
        using var certificate = TlsCertificates.LoadPem(chainFile, keyFile);
        await using var listener = await StreamListener.ListenAsync(
            new() { Kind = StreamKind.Tls, Local = FreePort, Certificate = certificate, Intermediates = TlsCertificates.LoadIntermediates(chainFile) },
            Echo, _pool, Cancel);

        await using var client = await StreamConnector.ConnectAsync(
            new() { Kind = StreamKind.Tls, Remote = listener.Local, HostName = "pbx.example", TrustedRoots = [root] }, _pool, Cancel);

        Assert.Equal(leaf.Thumbprint, client.RemoteCertificate?.Thumbprint);
        File.Delete(chainFile);
        File.Delete(keyFile);
    }

    [Fact]
    public void A_pem_file_without_a_certificate_is_refused_naming_the_file()
    {
        var file = Path.GetTempFileName();

        var refused = Assert.Throws<CryptographicException>(() => TlsCertificates.LoadPem(file, file));

        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task The_listener_sees_the_certificate_of_a_client_that_shows_one()
    {
        using var ours = TlsCertificates.SelfSigned("client.example");
        using var theirs = TlsCertificates.SelfSigned("127.0.0.1");
        var shown = new TaskCompletionSource<string?>();
        await using var listener = await StreamListener.ListenAsync(
            new() { Kind = StreamKind.Tls, Local = FreePort, Certificate = theirs, RequestClientCertificate = true, TrustedRoots = [ours] },
            c =>
            {
                shown.SetResult(c.RemoteCertificate?.Thumbprint);
                return Task.CompletedTask;
            },
            _pool, Cancel);

        await using var client = await StreamConnector.ConnectAsync(
            new() { Kind = StreamKind.Tls, Remote = listener.Local, TrustedRoots = [theirs], ClientCertificate = ours }, _pool, Cancel);

        Assert.Equal(ours.Thumbprint, await shown.Task.WaitAsync(Cancel));
    }

    [Fact]
    public async Task Ipv6_and_ipv4_can_be_listened_on_side_by_side_with_one_port()
    {
        await using var four = await StreamListener.ListenAsync(new() { Kind = StreamKind.Tcp, Local = NetEndpoint.V4(0, 0) }, Echo, _pool, Cancel);
        await using var six = await StreamListener.ListenAsync(new() { Kind = StreamKind.Tcp, Local = NetEndpoint.V6(0, four.Local.Port) }, Echo, _pool, Cancel);

        await using var client = await ConnectAsync(StreamKind.Tcp, NetEndpoint.V6(1, four.Local.Port));

        Assert.True(client.Local.IsV6);
    }

    [Fact]
    public async Task Plain_http_on_a_web_socket_port_is_told_to_upgrade()
    {
        await using var listener = await ListenAsync(StreamKind.Ws, Echo);
        using var http = new HttpClient();

        using var answer = await http.GetAsync(new Uri($"http://{listener.Local}/"), Cancel);

        Assert.Equal(System.Net.HttpStatusCode.UpgradeRequired, answer.StatusCode);
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request;
    }

    private static async Task Echo(IStreamConnection connection)
    {
        var pool = new PacketPool();
        await connection.ReceiveAsync(
            bytes =>
            {
                var copy = pool.Rent((int)bytes.Length);
                copy.Length = (int)bytes.Length;
                bytes.CopyTo(copy.Span);
                connection.Send(copy);
                copy.Release();
                return (int)bytes.Length;
            },
            default);
    }

    private static Channel<string> Collect(IStreamConnection connection)
    {
        var texts = Channel.CreateUnbounded<string>();
        _ = connection.ReceiveAsync(
            bytes =>
            {
                texts.Writer.TryWrite(Encoding.ASCII.GetString(bytes));
                return (int)bytes.Length;
            },
            default);
        return texts;
    }

    private static async Task<string> ReadTextAsync(Channel<string> texts, int length)
    {
        var all = "";
        while (all.Length < length)
            all += await texts.Reader.ReadAsync(Cancel);
        return all;
    }

    private static Task WhenClosed(IStreamConnection connection)
    {
        var closed = new TaskCompletionSource();
        connection.Closed.Register(closed.SetResult);
        return closed.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
    }

    private bool SendText(IStreamConnection connection, string text)
    {
        var buffer = _pool.Rent(text.Length);
        buffer.Length = Encoding.ASCII.GetBytes(text, buffer.Array);
        var sent = connection.Send(buffer);
        buffer.Release();
        return sent;
    }

    private ValueTask<IStreamListener> ListenAsync(StreamKind kind, Func<IStreamConnection, Task> accept) => StreamListener.ListenAsync(
        new() { Kind = kind, Local = FreePort, Certificate = TlsCertificates.SelfSigned("localhost", "127.0.0.1") }, accept, _pool, Cancel);

    private ValueTask<IStreamConnection> ConnectAsync(StreamKind kind, NetEndpoint remote) =>
        StreamConnector.ConnectAsync(new() { Kind = kind, Remote = remote, VerifyCertificate = false }, _pool, Cancel);
}
