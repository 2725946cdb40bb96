using System.Net;
using System.Net.Sockets;
using Parley.Dialogs;
using Parley.Media.Codecs;
using Parley.Samples.Tests.Support;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Registrations;
using Parley.Sip.Subscriptions;
using Xunit;

namespace Parley.Samples.Tests;

/// <summary>Every sample does what its first lines promise.</summary>
public class SampleTests
{
    private const string Loopback = "udp://127.0.0.1:0";

    [Fact]
    public async Task Serve_routes_by_the_user_called()
    {
        await using var sample = SampleProcess.Start("serve", Loopback);
        await using var phone = await Phone.StartAsync();
        var host = $"127.0.0.1:{await sample.PortAsync()}";
        await using (var tone = await phone.DialAsync($"sip:tone@{host}"))
        {
            await tone.HearsAsync(440);
            Assert.Equal(CallEndParty.Remote, (await tone.WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(40))).By);
        }

        await using (var echo = await phone.DialAsync($"sip:echo@{host}"))
        {
            echo.StartPlayback(Phone.Tone(600));
            await echo.HearsAsync(600);
        }

        Assert.Equal(404, (await phone.TryDialAsync($"sip:nobody@{host}")).End!.Value.Status);
        await sample.StopAsync();
    }

    [Fact]
    public async Task Transports_takes_a_call_over_each()
    {
        await using var sample = SampleProcess.Start("transports", [.. ((string[])["udp", "tcp", "tls", "ws", "wss"]).Select(t => $"{t}://127.0.0.1:0")]);
        await using var phone = await Phone.StartAsync();
        foreach (var transport in (string[])["udp", "tcp", "tls", "ws", "wss"])
        {
            await using var call = await phone.DialAsync($"sip:me@127.0.0.1:{await sample.PortAsync(transport)};transport={transport}");
            await call.HearsAsync(440);
            await sample.Says($"(?i)A call over {transport} from");
        }

        await sample.StopAsync();
    }

    [Fact]
    public async Task Parallel_has_all_calls_up_at_once()
    {
        await using var sample = SampleProcess.Start("parallel", Loopback, "20");
        await sample.Says("20 calls dialled and 20 served at once");
        Assert.Equal(0, await sample.EndAsync());
    }

    [Fact]
    public async Task Answer_rings_answers_and_hangs_up_after_a_time()
    {
        await using var sample = SampleProcess.Start("answer", Loopback, "1");
        await using var phone = await Phone.StartAsync();
        List<int> progress = [];
        await using (var call = await phone.DialAsync($"sip:me@127.0.0.1:{await sample.PortAsync()}", new() { OnProgress = p => progress.Add(p.Status) }))
            Assert.Equal((CallEndKind.Completed, CallEndParty.Remote), ((await call.WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(40))).Kind, call.End!.Value.By));
        Assert.Equal([180], progress);
        await sample.Says("The call ended: Completed by Local");
        await sample.StopAsync();
    }

    [Fact]
    public async Task Reject_redirect_refuses_with_a_reason_and_names_another_place()
    {
        await using var other = await Phone.StartAsync();
        await using var sample = SampleProcess.Start("reject-redirect", Loopback, $"sip:operator@{other.Address()}");
        await using var phone = await Phone.StartAsync();
        var host = $"127.0.0.1:{await sample.PortAsync()}";
        var busy = await phone.TryDialAsync($"sip:busy@{host}");
        Assert.Equal((486, "At lunch", "1800"), (busy.End!.Value.Status, busy.End.Value.Reason, busy.Response!.GetString("Retry-After")));
        Assert.Equal(410, (await phone.TryDialAsync($"sip:gone@{host}")).End!.Value.Status);
        Assert.Equal(CallEndKind.Redirected, (await phone.TryDialAsync($"sip:me@{host}")).End!.Value.Kind);
        _ = other.ServeAsync(async (call, ct) => await call.AnswerAsync(cancel: ct));
        await using var call = await phone.DialAsync($"sip:me@{host}", new() { FollowRedirects = 1 });
        Assert.Equal(other.Address(), call.RemoteEndpoint.ToString());
        await sample.StopAsync();
    }

    [Fact]
    public async Task Dial_tells_progress_and_how_it_ended()
    {
        await using var phone = await Phone.StartAsync();
        _ = phone.ServeAsync(async (call, ct) =>
        {
            if (call.ToUser == "busy")
            {
                await call.RejectAsync(486, cancel: ct);
                return;
            }

            Assert.Equal(("alice", "spring"), (call.FromUser, call.Header("X-Campaign")));
            await call.RingAsync(ct);
            await call.AnswerAsync(cancel: ct);
            await Task.Delay(500, ct);
        });
        await using (var sample = SampleProcess.Start("dial", $"sip:bob@{phone.Address()}"))
        {
            Assert.Equal(0, await sample.EndAsync());
            Assert.Matches("180 Ringing\\s+Answered with PCMU\\s+The call ended: Completed by Remote", sample.Output);
        }

        await using var refused = SampleProcess.Start("dial", $"sip:busy@{phone.Address()}");
        Assert.Equal(1, await refused.EndAsync());
        Assert.Contains("No answer: Rejected by Remote: 486 Busy Here", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_call_knows_its_port_before_and_hears_early_media()
    {
        await using var phone = await Phone.StartAsync();
        var id = new TaskCompletionSource<string>();
        _ = phone.ServeAsync(async (call, ct) =>
        {
            id.SetResult(call.Id);
            await call.StartEarlyMediaAsync(cancel: ct);
            await call.PlayAsync(Phone.Tone(440, 1), cancel: ct);
            await call.AnswerAsync(cancel: ct);
            await call.WaitForEndAsync(CancellationToken.None);
        });
        await using var sample = SampleProcess.Start("prepare-call", $"sip:bob@{phone.Address()}");
        Assert.Equal(await id.Task.WaitAsync(TimeSpan.FromSeconds(40)), await sample.Says(@"^Call (\S+) will take audio on port \d+"));
        Assert.InRange(int.Parse(await sample.Says(@"Heard (\d+) frames")), 5, 400); // 50, but what a busy machine loses or conceals
        Assert.Equal(0, await sample.EndAsync());
    }

    [Fact]
    public async Task Hangup_ends_the_call_from_either_side()
    {
        await using var phone = await Phone.StartAsync();
        _ = phone.ServeAsync(async (call, ct) =>
        {
            await call.AnswerAsync(cancel: ct);
            if (call.ToUser == "patient")
                await call.WaitForEndAsync(CancellationToken.None);
        });
        await using var ours = SampleProcess.Start("hangup", $"sip:patient@{phone.Address()}", "0.5");
        await ours.Says("Completed by Local");
        await using var theirs = SampleProcess.Start("hangup", $"sip:hasty@{phone.Address()}", "20");
        // Which of the first two comes first is up to the scheduler.
        await theirs.Says("The call's token fired");
        await theirs.Says("The other side was quicker");
        await theirs.Says("Completed by Remote");
        Assert.Equal((0, 0), (await ours.EndAsync(), await theirs.EndAsync()));
    }

    [Fact]
    public async Task Audio_io_says_back_what_it_reads() => await EchoesAsync(SampleProcess.Start("audio-io", Loopback), @"\d+ frames of 20 ms");

    [Fact]
    public async Task Payloads_go_back_as_they_came() => await EchoesAsync(SampleProcess.Start("payloads", Loopback), "PCMU went back as it came");

    [Fact]
    public async Task Echo_lets_the_caller_hear_itself() => await EchoesAsync(SampleProcess.Start("echo", Loopback), "Listening");

    [Fact]
    public async Task Record_leaves_a_whole_stereo_file()
    {
        var file = Path.Combine(Path.GetTempPath(), $"parley-{Guid.NewGuid():N}.wav");
        try
        {
            await EchoesAsync(SampleProcess.Start("record", Loopback, file), "is whole");
            var bytes = await File.ReadAllBytesAsync(file);
            Assert.Equal(2, bytes[22]);
            Assert.True(bytes.Length > 8000, $"{bytes.Length} bytes");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Play_plays_a_file_a_stream_and_a_url_and_goes_on_after_what_cannot_be()
    {
        using var web = new HttpListener();
        var port = FreePort();
        web.Prefixes.Add($"http://127.0.0.1:{port}/");
        web.Start();
        _ = ServePromptAsync(web);
        await using var sample = SampleProcess.Start("play", Loopback, Repository.Prompt, $"http://127.0.0.1:{port}/welcome.wav");
        await using var phone = await Phone.StartAsync();
        var host = $"127.0.0.1:{await sample.PortAsync()}";
        foreach (var user in (string[])["file", "stream", "url"])
        {
            await using var call = await phone.DialAsync($"sip:{user}@{host}");
            await call.WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(40));
        }

        await sample.Says(@"(?:Finished after \d\.\d s\s+){3}");
        web.Stop();
        await using (var call = await phone.DialAsync($"sip:url@{host}"))
            await call.HearsAsync(200);
        await sample.StopAsync();
    }

    [Fact]
    public async Task Play_control_obeys_the_keys()
    {
        await using var sample = SampleProcess.Start("play-control", Loopback);
        await using var phone = await Phone.StartAsync();
        await using var call = await phone.DialAsync($"sip:me@127.0.0.1:{await sample.PortAsync()}");
        await call.HearsAsync(440);
        foreach (var (off, on) in ((string, string)[])[("1", "2"), ("3", "4")])
        {
            await call.SendDigitsAsync(off);
            await call.HearsNothingAsync();
            await call.SendDigitsAsync(on);
            await call.HearsAsync(440);
        }

        await Task.WhenAny(call.SendDigitsAsync("5"), call.WaitForEndAsync());
        await sample.Says("Stopped after");
        await sample.StopAsync();
    }

    [Fact]
    public async Task Early_media_comes_before_the_answer()
    {
        await using var sample = SampleProcess.Start("early-media", Loopback);
        await using var phone = await Phone.StartAsync();
        await using var call = await phone.CreateCallAsync($"sip:me@127.0.0.1:{await sample.PortAsync()}");
        var inviting = call.InviteAsync();
        while (!call.HasAudio)
            await Task.Delay(20);
        await call.HearsAsync(440);
        Assert.Equal(CallState.EarlyMedia, call.State);
        await inviting.WaitAsync(TimeSpan.FromSeconds(40));
        await call.HearsAsync(880);
        await sample.StopAsync();
    }

    [Theory]
    [InlineData("anybody", "PCMU meets PCMU")]
    [InlineData("transcode", "PCMU meets PCMA")]
    public async Task Bridge_joins_the_caller_with_another(string user, string codecs)
    {
        await using var other = await Phone.StartAsync();
        _ = other.ServeAsync(async (call, ct) =>
        {
            await call.AnswerAsync(cancel: ct);
            await call.EchoAsync(CancellationToken.None);
        });
        await using var sample = SampleProcess.Start("bridge", Loopback, $"sip:bob@{other.Address()}");
        await using var phone = await Phone.StartAsync();
        await using (var call = await phone.DialAsync($"sip:{user}@127.0.0.1:{await sample.PortAsync()}", new() { Codecs = [AudioCodecs.Pcmu] }))
        {
            await sample.Says(codecs);
            call.StartPlayback(Phone.Tone(600));
            await call.HearsAsync(600);
        }

        await sample.StopAsync();
    }

    [Fact]
    public async Task Menu_plays_the_tone_of_each_digit()
    {
        await using var sample = SampleProcess.Start("menu", Loopback);
        await using var phone = await Phone.StartAsync();
        await using var call = await phone.DialAsync($"sip:me@127.0.0.1:{await sample.PortAsync()}");
        var hearing = call.HearsAsync(500, 1000);
        await call.SendDigitsAsync("2");
        await call.SendInfoDigitsAsync("7");
        await hearing;
        await sample.Says("(?s)2 by Rtp.*7 by Info");
        await Task.WhenAny(call.SendDigitsAsync("#"), call.WaitForEndAsync());
        Assert.Equal(CallEndParty.Remote, (await call.WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(40))).By);
        await sample.StopAsync();
    }

    private static async Task EchoesAsync(SampleProcess sample, string closing)
    {
        await using (sample)
        {
            await using var phone = await Phone.StartAsync();
            await using (var call = await phone.DialAsync($"sip:me@127.0.0.1:{await sample.PortAsync()}", new() { Codecs = [AudioCodecs.Pcmu] }))
            {
                call.StartPlayback(Phone.Tone(600));
                await call.HearsAsync(600);
                await Task.Delay(1000);
            }

            await sample.Says(closing);
            await sample.StopAsync();
        }
    }

    private static async Task ServePromptAsync(HttpListener web)
    {
        var prompt = await File.ReadAllBytesAsync(Repository.Prompt);
        var request = await web.GetContextAsync();
        request.Response.ContentType = "audio/wav";
        request.Response.ContentLength64 = prompt.Length;
        await request.Response.OutputStream.WriteAsync(prompt);
        request.Response.Close();
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
