using System.Net;
using Parley.Control;
using Parley.Media.Files;
using Parley.Net.Http;
using Parley.TestSupport;
using Parley.Tests.Support;

namespace Parley.Tests.Control;

/// <summary>Where the URLs of commands lead, over real HTTP and a real loopback: the one thing a virtual network has not.</summary>
public sealed class ControlUrlTests : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<UserAgent> _agents = [];

    [Fact]
    public async Task A_URL_of_a_configured_host_is_heard()
    {
        await using var web = new HttpEar((_, response) => response.OutputStream.WriteAsync(Wav()).AsTask());
        var (control, call, bob) = await TalkAsync(new() { Urls = new([web.Url.Authority]) });
        await using (control)
        {
            var playing = control.RunAsync(new PlayToCall { Call = call, Leg = CallSide.Callee, Source = $"{web.Url}a.wav" });
            Assert.True(await Tones.HeardAsync(bob, 700));
            Assert.Equal((200, "OK"), ((await playing).Code, (await playing).Message));
            Assert.Equal(400, (await control.RunAsync(new PlayToCall { Call = call, Source = $"{web.Url}a.wav", Repeat = 2 })).Code);
        }
    }

    [Fact]
    public async Task A_URL_is_judged_by_where_its_name_leads_and_by_where_it_is_redirected()
    {
        await using var inner = new HttpEar();
        await using var web = new HttpEar((_, response) =>
        {
            response.Redirect($"{inner.Url}a.wav");
            return Task.CompletedTask;
        });
        var (control, call, _) = await TalkAsync(new() { Urls = new([web.Url.Authority], true, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback])) });
        await using (control)
        {
            Assert.Equal((403, "URLs of 127.0.0.1 are not allowed here: url-hosts does not name it."), await PlayAsync($"{inner.Url}a.wav"));
            foreach (var url in (string[])[$"http://media.example.com:{inner.Url.Port}/a.wav", $"{web.Url}a.wav"])
            {
                var (code, message) = await PlayAsync(url);
                Assert.Equal(404, code);
                Assert.Contains("leads to 127.0.0.1, which is no public address", message, StringComparison.Ordinal);
            }

            async Task<(int, string)> PlayAsync(string url)
            {
                var outcome = await control.RunAsync(new PlayToCall { Call = call, Leg = CallSide.Callee, Source = url });
                return (outcome.Code, outcome.Message);
            }
        }

        Assert.Equal((1, 0), (web.Count, inner.Count));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var agent in _agents)
            await agent.DisposeAsync();
        _stop.Dispose();
    }

    private async Task<(CallControl Control, string Call, IncomingCall Bob)> TalkAsync(CallControlOptions options)
    {
        var (agent, alice, bob) = (await StartAsync(31_200), await StartAsync(31_220), await StartAsync(31_240));
        (_, var answered) = (AnswerAll(alice), AnswerAll(bob));
        var control = new CallControl(agent, options);
        _ = agent.ServeAsync(control.ServeAsync, _stop.Token);
        var outcome = await control.RunAsync(new StartCall { Caller = $"sip:alice@{alice.Listeners[0].Local}", Callee = $"sip:bob@{bob.Listeners[0].Local}" });
        Assert.True(outcome.IsSuccess, outcome.Text);
        return (control, outcome.Call!.Id, await answered);
    }

    private async Task<UserAgent> StartAsync(int port)
    {
        var agent = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"], MediaPorts = (port, port + 18) });
        _agents.Add(agent);
        return agent;
    }

    private Task<IncomingCall> AnswerAll(UserAgent phone)
    {
        var first = new TaskCompletionSource<IncomingCall>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = phone.ServeAsync(
            async (call, _) =>
            {
                await call.AnswerAsync();
                first.TrySetResult(call);
                await call.WaitForEndAsync();
            },
            _stop.Token);
        return first.Task;
    }

    private static byte[] Wav()
    {
        var file = Path.GetTempFileName();
        try
        {
            using (var writer = WavWriter.Create(file, 8000, 1))
            {
                var pcm = new short[12_000];
                Tones.Of(700).Read(pcm);
                writer.Write(pcm);
            }

            return File.ReadAllBytes(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
