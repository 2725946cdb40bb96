using System.Net.WebSockets;
using Parley.Server.Tests.Support;
using Parley.Server.Voice;
using Parley.Sip.Invites;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>A call is at one server, and its program connects to another one that knows the first.</summary>
public sealed class PeerTests
{
    [Fact]
    public async Task A_call_that_waits_at_a_peer_is_led_through_here()
    {
        await using var hook = new Hook();
        await using var home = await StartAsync(new() { Webhook = new() { Url = hook.Url } });
        await using var door = await StartAsync(Behind(home));
        var dialling = home.Phone.DialAsync(home.ServerUri);
        var id = (await hook.NextAsync()).Dialog;
        await using var socket = await door.ConnectAsync($"/call/sip?id={id}");
        await socket.SendAsync("""{"command":"accept","option":{"subscribe":true,"tts":{"provider":"scripted"}}}""");
        await using var call = await dialling;
        Assert.Equal((1, 0), (home.Surface.Sessions, door.Surface.Sessions));
        await call.HangUpAsync();
        var message = "";
        while (!message.Contains("\"hangup\"", StringComparison.Ordinal))
            message = await socket.TryReadAsync() ?? throw new EndOfStreamException();
        Assert.Null(await socket.TryReadAsync());
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.Socket.CloseStatus);
    }

    [Fact]
    public async Task What_no_peer_has_begins_here_also_when_one_is_away()
    {
        await using var home = await StartAsync();
        await using var door = await StartAsync(new() { Peers = [.. Behind(home).Peers, new("ws://127.0.0.1:1")] });
        await using var socket = await door.ConnectAsync("/call/sip?id=new");
        await socket.SendAsync("""{"command":"history","speaker":"a","text":"b"}""");
        Assert.Equal("new", (await socket.ReadAsync()).GetProperty("sender").GetString());
        Assert.Equal((0, 1), (home.Surface.Sessions, door.Surface.Sessions));
    }

    [Fact]
    public async Task Whoever_is_gone_here_is_gone_there()
    {
        await using var hook = new Hook();
        await using var home = await StartAsync(new() { Webhook = new() { Url = hook.Url } });
        await using var door = await StartAsync(Behind(home));
        var dialling = home.Phone.DialAsync(home.ServerUri);
        await using var socket = await door.ConnectAsync($"/call/sip?id={(await hook.NextAsync()).Dialog}");
        await socket.SendAsync("""{"command":"accept","option":{}}""");
        await using var call = await dialling;
        socket.Socket.Abort();
        Assert.Equal(CallEndParty.Remote, (await call.WaitForEndAsync()).By);
        await ApiServer.UntilAsync(() => home.Surface.Sessions == 0, "the session is gone");
    }

    [Theory]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("/call")]
    public async Task A_peer_has_an_address_of_a_socket(string peer)
    {
        await using var agent = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"] });
        Assert.Contains("ws://HOST:PORT", Assert.Throws<ArgumentException>(() => new VoiceSurface(agent, new() { Peers = [new(peer, UriKind.RelativeOrAbsolute)] })).Message, StringComparison.Ordinal);
    }

    private static VoiceOptions Behind(VoiceStage home) => new() { Peers = [new($"ws://{home.Address}")] };
}
