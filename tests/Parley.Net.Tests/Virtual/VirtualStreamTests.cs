using System.Buffers;
using System.Security.Authentication;
using System.Text;

namespace Parley.Net.Tests.Virtual;

public sealed class VirtualStreamTests
{
    private static readonly NetEndpoint s_server = NetEndpoint.V4(0x0A000002, 5060);

    private readonly VirtualNetwork _network = new();
    private readonly VirtualHost _client;
    private readonly VirtualHost _host;

    public VirtualStreamTests()
    {
        _client = _network.Host("10.0.0.1");
        _host = _network.Host("10.0.0.2");
    }

    private bool Send(IStreamConnection connection, string text)
    {
        var buffer = _network.Pool.Rent(text.Length);
        buffer.Length = Encoding.UTF8.GetBytes(text, buffer.Array);
        var sent = connection.Send(buffer);
        buffer.Release();
        return sent;
    }

    private async Task EchoAsync(IStreamConnection connection) =>
        await connection.ReceiveAsync(received =>
        {
            Send(connection, Encoding.UTF8.GetString(received));
            return (int)received.Length;
        }, default);

    private ValueTask<IStreamConnection> ConnectAsync(StreamKind kind = StreamKind.Tcp) => _client.ConnectAsync(new() { Kind = kind, Remote = s_server });

    [Theory]
    [InlineData(StreamKind.Tcp)]
    [InlineData(StreamKind.Ws)]
    public void An_echo_comes_back_after_the_links_delay(StreamKind kind) => _network.Run(async () =>
    {
        _network.Link("10.0.0.1", "10.0.0.2", new() { Delay = TimeSpan.FromMilliseconds(40) });
        await _host.ListenAsync(new() { Kind = kind, Local = s_server }, EchoAsync);
        await using var connection = await ConnectAsync(kind);
        Assert.Equal(TimeSpan.FromMilliseconds(80), _network.Clock.Elapsed);
        var text = new StringBuilder();
        Send(connection, "hello");
        Send(connection, " world");
        await connection.ReceiveAsync(received =>
        {
            text.Append(Encoding.UTF8.GetString(received)).Append('|');
            return text.Length < 12 ? (int)received.Length : -1;
        }, default);
        Assert.Equal("hello| world|", text.ToString());
        Assert.Equal(TimeSpan.FromMilliseconds(160), _network.Clock.Elapsed);
        Assert.Equal(0, _network.Pool.Outstanding);
    });

    [Fact]
    public void A_byte_stream_arrives_in_pieces_and_what_is_not_consumed_comes_again() => _network.Run(async () =>
    {
        _network.Link("10.0.0.1", "10.0.0.2", new() { SegmentSize = 3 });
        var seen = new List<string>();
        await _host.ListenAsync(new() { Kind = StreamKind.Tcp, Local = s_server }, connection => connection.ReceiveAsync(received =>
        {
            seen.Add(Encoding.UTF8.GetString(received));
            return received.Length >= 6 ? 6 : 0;
        }, default));
        await using var connection = await ConnectAsync();
        Send(connection, "abcdefgh");
        await Task.Delay(TimeSpan.FromMilliseconds(1), _network.Time);
        Assert.Equal(["abc", "abcdef", "gh"], seen);
    });

    [Fact]
    public void Closing_one_end_ends_the_other_behind_what_was_sent() => _network.Run(async () =>
    {
        var text = "";
        var ended = new TaskCompletionSource();
        IStreamConnection? accepted = null;
        await _host.ListenAsync(new() { Kind = StreamKind.Tcp, Local = s_server }, async connection =>
        {
            accepted = connection;
            await connection.ReceiveAsync(received =>
            {
                text += Encoding.UTF8.GetString(received);
                return (int)received.Length;
            }, default);
            ended.SetResult();
        });
        var connection = await ConnectAsync();
        Assert.Equal(connection.Local, accepted!.Remote);
        Assert.True(accepted.IsIncoming);
        Send(connection, "BYE");
        await connection.DisposeAsync();
        await ended.Task;
        await Task.Delay(TimeSpan.FromMilliseconds(1), _network.Time);
        Assert.Equal("BYE", text);
        Assert.True(accepted.Closed.IsCancellationRequested);
        Assert.True(connection.Closed.IsCancellationRequested);
        Assert.False(Send(connection, "late"));
        Assert.Equal(0, _client.ConnectionCount + _host.ConnectionCount);
    });

    [Fact]
    public void A_port_nobody_listens_on_refuses() => _network.Run(async () =>
    {
        var error = await Assert.ThrowsAsync<IOException>(() => ConnectAsync().AsTask());
        Assert.Contains("10.0.0.2:5060", error.Message, StringComparison.Ordinal);
        await using (await _host.ListenAsync(new() { Kind = StreamKind.Tcp, Local = s_server }, EchoAsync))
            await (await ConnectAsync()).DisposeAsync();
        await Assert.ThrowsAsync<IOException>(() => ConnectAsync().AsTask());
    });

    [Fact]
    public void A_dead_link_times_out() => _network.Run(async () =>
    {
        _network.Link("10.0.0.1", "10.0.0.2", new() { Loss = 1 });
        await Assert.ThrowsAsync<IOException>(() => ConnectAsync().AsTask());
        Assert.Equal(TimeSpan.FromSeconds(10), _network.Clock.Elapsed);
    });

    [Fact]
    public void More_connections_than_allowed_are_closed_at_once() => _network.Run(async () =>
    {
        await _host.ListenAsync(new() { Kind = StreamKind.Tcp, Local = s_server, MaxConnections = 1 }, EchoAsync);
        await using var first = await ConnectAsync();
        await using var second = await ConnectAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(1), _network.Time);
        Assert.False(first.Closed.IsCancellationRequested);
        Assert.True(second.Closed.IsCancellationRequested);
        await first.DisposeAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(1), _network.Time);
        await using var third = await ConnectAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(1), _network.Time);
        Assert.False(third.Closed.IsCancellationRequested);
    });

    [Fact]
    public void A_send_queue_over_its_limit_closes_the_connection() => _network.Run(async () =>
    {
        _network.Link("10.0.0.1", "10.0.0.2", new() { Delay = TimeSpan.FromMilliseconds(40) });
        await _host.ListenAsync(new() { Kind = StreamKind.Tcp, Local = s_server }, EchoAsync);
        await using var connection = await _client.ConnectAsync(new() { Kind = StreamKind.Tcp, Remote = s_server, MaxSendQueue = 10 });
        Assert.True(Send(connection, "123456"));
        Assert.False(Send(connection, "123456"));
        await Task.Delay(TimeSpan.FromMilliseconds(1), _network.Time);
        Assert.True(connection.Closed.IsCancellationRequested);
    });

    [Fact]
    public void A_certificate_that_nobody_trusts_or_for_another_name_is_refused() => _network.Run(async () =>
    {
        using var certificate = TlsCertificates.SelfSigned("example.com");
        await _host.ListenAsync(new() { Kind = StreamKind.Tls, Local = s_server, Certificate = certificate }, EchoAsync);
        var options = new StreamConnectOptions { Kind = StreamKind.Tls, Remote = s_server, HostName = "example.com" };
        await Assert.ThrowsAsync<AuthenticationException>(() => _client.ConnectAsync(options).AsTask());
        await Assert.ThrowsAsync<AuthenticationException>(() => _client.ConnectAsync(options with { TrustedRoots = [certificate], HostName = "example.org" }).AsTask());
        await using var trusted = await _client.ConnectAsync(options with { TrustedRoots = [certificate] });
        Assert.Equal(certificate, trusted.RemoteCertificate);
        await using var unverified = await _client.ConnectAsync(options with { VerifyCertificate = false });
    });

    [Fact]
    public void A_client_behind_a_nat_is_seen_by_the_nats_address() => _network.Run(async () =>
    {
        IStreamConnection? accepted = null;
        await _host.ListenAsync(new() { Kind = StreamKind.Tcp, Local = s_server }, connection =>
        {
            accepted = connection;
            return EchoAsync(connection);
        });
        var inside = _network.Nat("203.0.113.5").Host("192.168.1.10");
        await using var connection = await inside.ConnectAsync(new() { Kind = StreamKind.Tcp, Remote = s_server });
        Assert.Equal("192.168.1.10", connection.Local.ToAddress().ToString());
        Assert.Equal("203.0.113.5", accepted!.Remote.ToAddress().ToString());
    });

    [Fact]
    public void A_receiver_that_throws_ends_its_connection_only() => _network.Run(async () =>
    {
        await _host.ListenAsync(new() { Kind = StreamKind.Tcp, Local = s_server }, EchoAsync);
        await using var connection = await ConnectAsync();
        Send(connection, "x");
        await Assert.ThrowsAsync<FormatException>(() => connection.ReceiveAsync(_ => throw new FormatException(), default));
        await using var another = await ConnectAsync();
    });
}
