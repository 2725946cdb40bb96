using System.Net;
using System.Net.Sockets;
using Parley.Media.Files;
using Parley.Tests.Support;

namespace Parley.Tests;

/// <summary>Playing from a URL, over real HTTP and a real loopback: the one thing a virtual network has not.</summary>
public class UrlTests
{
    [Theory]
    [InlineData(404, "audio/wav", "nothing here", "404")]
    [InlineData(200, "text/html", "<html/>", "text/html")]
    public async Task A_URL_that_cannot_be_played_is_an_error_that_says_why_and_the_call_goes_on(int status, string type, string body, string said)
    {
        using var web = Serve(status, type, body, out var url);
        var failure = new TaskCompletionSource<Exception?>();
        await using var us = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"], MediaPorts = (31_000, 31_100) });
        using var stop = new CancellationTokenSource();
        var serving = us.ServeAsync(
            async (call, ct) =>
            {
                await call.AnswerAsync(cancel: ct);
                failure.SetResult(await Record.ExceptionAsync(() => call.PlayAsync(url)));
                await call.PlayAsync(Tones.Of(440, 0.2), cancel: ct);
            },
            stop.Token);
        await using var bob = await UserAgent.StartAsync(new() { Listen = [], MediaPorts = (31_100, 31_200) });
        await using var call = await bob.DialAsync($"sip:us@{us.Listeners[0].Local}");
        Assert.Contains(said, Assert.IsType<HttpAudioException>(await failure.Task.WaitAsync(TimeSpan.FromSeconds(20))).Message, StringComparison.Ordinal);
        Assert.True(await Tones.HeardAsync(call, 440, 0.1));
        await stop.CancelAsync();
        await serving;
    }

    private static HttpListener Serve(int status, string type, string body, out string url)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var web = new HttpListener();
        url = $"http://127.0.0.1:{port}/a.wav";
        web.Prefixes.Add($"http://127.0.0.1:{port}/");
        web.Start();
        _ = AnswerAsync();
        return web;

        async Task AnswerAsync()
        {
            var context = await web.GetContextAsync();
            (context.Response.StatusCode, context.Response.ContentType) = (status, type);
            await using (var writer = new StreamWriter(context.Response.OutputStream))
                await writer.WriteAsync(body);
            context.Response.Close();
        }
    }
}
