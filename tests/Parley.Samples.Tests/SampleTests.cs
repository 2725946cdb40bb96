using System.Net;
using System.Net.Sockets;
using System.Text;
using Parley.Dialogs;
using Parley.Media.Codecs;
using Parley.Samples.Tests.Support;
using Parley.Sip.Authentication;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
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
            Assert.Equal(CallEndParty.Remote, (await tone.WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(20))).By);
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
            Assert.Equal((CallEndKind.Completed, CallEndParty.Remote), ((await call.WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(20))).Kind, call.End!.Value.By));
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
        Assert.Equal(await id.Task.WaitAsync(TimeSpan.FromSeconds(20)), await sample.Says(@"^Call (\S+) will take audio on port \d+"));
        Assert.InRange(int.Parse(await sample.Says(@"Heard (\d+) frames")), 30, 60);
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
            await call.WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
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
        await inviting.WaitAsync(TimeSpan.FromSeconds(20));
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
        Assert.Equal(CallEndParty.Remote, (await call.WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(10))).By);
        await sample.StopAsync();
    }

    [Fact]
    public async Task Register_keeps_an_address_and_takes_it_back()
    {
        using var registrar = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await using var sample = SampleProcess.Start("register", $"sip:alice@{registrar.Client.LocalEndPoint}", "secret", Loopback);
        Assert.DoesNotContain("Expires: 0", await AcceptAsync(registrar), StringComparison.Ordinal);
        await sample.Says("Registered: 200 OK, next attempt in ");
        var stopping = sample.StopAsync();
        Assert.Contains("Expires: 0", await AcceptAsync(registrar), StringComparison.Ordinal);
        await stopping;
    }

    [Fact]
    public async Task Options_tells_whether_somebody_is_there()
    {
        await using var phone = await Phone.StartAsync();
        await using var sample = SampleProcess.Start("options", $"sip:{phone.Address()}");
        await sample.Says("200 OK after");
        await sample.Says("Understands .*INVITE");
        Assert.Equal(0, await sample.EndAsync());
    }

    [Fact]
    public async Task B2bua_joins_two_calls_and_ends_both()
    {
        await using var bob = await Phone.StartAsync();
        using var stop = new CancellationTokenSource();
        var ended = new TaskCompletionSource<CallEnd>();
        var serving = bob.ServeAsync(
            async (call, ct) =>
            {
                await call.AnswerAsync(cancel: ct);
                await call.EchoAsync(CancellationToken.None);
                ended.SetResult(call.End!.Value);
            },
            stop.Token);
        var folder = Directory.CreateTempSubdirectory("parley-b2bua-").FullName;
        await using var sample = SampleProcess.Start("b2bua", Loopback, $"sip:bob@{bob.Address()}", folder);
        await using var phone = await Phone.StartAsync();
        await using (var call = await phone.DialAsync($"sip:bob@127.0.0.1:{await sample.PortAsync()}", new() { Caller = "sip:ann@example.com" }))
        {
            await sample.Says("ann talks to bob");
            call.StartPlayback(Phone.Tone(440));
            await call.HearsAsync(440);
        }

        Assert.Equal(CallEndKind.Completed, (await ended.Task.WaitAsync(TimeSpan.FromSeconds(20))).Kind);
        await sample.Says("ann's call is over: Completed by Remote");
        await sample.StopAsync();
        Assert.True(new FileInfo(Assert.Single(Directory.GetFiles(folder))).Length > 1000);
        Directory.Delete(folder, recursive: true);
        await stop.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task Registrar_takes_who_knows_the_password_and_finds_them()
    {
        await using var sample = SampleProcess.Start("registrar", Loopback);
        await using var bob = await Phone.StartAsync();
        await using var alice = await Phone.StartAsync();
        using var stop = new CancellationTokenSource();
        var serving = bob.ServeAsync(
            async (call, ct) =>
            {
                await call.AnswerAsync(cancel: ct);
                await call.EchoAsync(CancellationToken.None);
            },
            stop.Token);
        var registrar = $"127.0.0.1:{await sample.PortAsync()}";
        await using (var wrong = bob.Register(Binding("mallory")))
            Assert.NotEqual(RegistrationState.Registered, (await wrong.WaitAsync()).State);
        await using (var right = bob.Register(Binding("secret")))
        {
            Assert.Equal(RegistrationState.Registered, (await right.WaitAsync()).State);
            await sample.Says("bob can be reached");
            await using var call = await alice.DialAsync($"sip:bob@{registrar}", new() { Caller = "sip:alice@127.0.0.1" });
            await sample.Says("alice calls bob, who is at 1 places");
            call.StartPlayback(Phone.Tone(440));
            await call.HearsAsync(440);
        }

        await sample.Says("bob is gone");
        Assert.Equal(480, (await alice.TryDialAsync($"sip:bob@{registrar}")).End!.Value.Status);
        await stop.CancelAsync();
        await serving;
        await sample.StopAsync();

        RegistrationOptions Binding(string password) => new()
        {
            Address = SipUri.Parse("sip:bob@127.0.0.1"),
            Registrar = SipUri.Parse($"sip:{registrar}"),
            Credentials = new DigestCredentials { Username = "bob", Password = password },
        };
    }

    [Fact]
    public async Task Proxy_forwards_a_call_and_all_that_belongs_to_it()
    {
        await using var one = await Phone.StartAsync();
        await using var two = await Phone.StartAsync();
        using var stop = new CancellationTokenSource();
        Task[] serving = [Serve(one, answers: false), Serve(two, answers: true)];
        await using var sample = SampleProcess.Start("proxy", Loopback, $"sip:{one.Address()}", $"sip:{two.Address()}");
        await using var phone = await Phone.StartAsync();
        var host = $"127.0.0.1:{await sample.PortAsync()}";
        Assert.Equal(486, (await phone.TryDialAsync($"sip:someone@{host}")).End!.Value.Status);
        await using (var call = await phone.DialAsync($"sip:sales@{host}"))
        {
            call.StartPlayback(Phone.Tone(440));
            await call.HearsAsync(440);
        }

        await stop.CancelAsync();
        await Task.WhenAll(serving);
        await sample.StopAsync();
        await sample.Says("Forwarded ([3-9]|[1-9][0-9]) requests");

        Task Serve(UserAgent agent, bool answers) => agent.ServeAsync(
            async (call, ct) =>
            {
                if (!answers)
                {
                    await call.RejectAsync(486, cancel: ct);
                    return;
                }

                await call.AnswerAsync(cancel: ct);
                await call.EchoAsync(CancellationToken.None);
            },
            stop.Token);
    }

    [Fact]
    public async Task Presence_shows_what_is_published_to_who_may_see_it()
    {
        await using var sample = SampleProcess.Start("presence", Loopback);
        var server = $"127.0.0.1:{await sample.PortAsync()}";
        await using var agent = await DialogAgent.StartAsync(new UserAgentOptions { Listen = [Loopback] });
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var subscription = await agent.CreateSubscriberAsync(Watching("alice"), (_, _, notify) =>
        {
            if (Encoding.UTF8.GetString(notify.Body).Contains("<basic>open</basic>", StringComparison.Ordinal))
                seen.TrySetResult();
        });
        await sample.Says("alice wants to see bob");
        var published = await agent.RequestAsync(new SipRequestOptions
        {
            Method = SipMethod.Publish,
            Target = SipUri.Parse($"sip:bob@{server}"),
            To = SipAddress.Parse("sip:bob@127.0.0.1"),
            From = SipAddress.Parse("sip:bob@127.0.0.1"),
            Headers = [new SipHeader("Event", "presence"), new SipHeader("Expires", "600")],
            Body = new SipBody(
                "application/pidf+xml",
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <presence xmlns="urn:ietf:params:xml:ns:pidf" entity="pres:bob@127.0.0.1"><tuple id="t1"><status><basic>open</basic></status></tuple></presence>
                """),
        });
        Assert.Equal(200, published.Status);
        await seen.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(403, (await Assert.ThrowsAsync<DialogException>(() => agent.CreateSubscriberAsync(Watching("mallory")))).Status);
        await subscription.DestroyAsync();
        await sample.StopAsync();

        SubscribeOptions Watching(string who) => new()
        {
            Target = SipUri.Parse($"sip:bob@{server}"), From = SipAddress.Parse($"sip:{who}@127.0.0.1"), Event = "presence", Resubscribe = false,
        };
    }

    [Fact]
    public async Task Messages_wait_for_who_is_not_there()
    {
        await using var sample = SampleProcess.Start("messages", Loopback);
        var server = $"127.0.0.1:{await sample.PortAsync()}";
        await using var agent = await DialogAgent.StartAsync(new UserAgentOptions { Listen = [Loopback] });
        using var stop = new CancellationTokenSource();
        var read = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var serving = agent.ServeAsync(
            new DialogRoutes
            {
                OnRequest = (request, _) =>
                {
                    read.Enqueue(request.Text ?? "");
                    return request.RespondAsync();
                },
            },
            stop.Token);
        Assert.Equal(202, await SendAsync("are you there?"));
        await using (var registration = agent.Phone.Register(new RegistrationOptions
        {
            Address = SipUri.Parse("sip:bob@127.0.0.1"), Registrar = SipUri.Parse($"sip:{server}"), Credentials = Secret("bob"),
        }))
        {
            Assert.Equal(RegistrationState.Registered, (await registration.WaitAsync()).State);
            for (var i = 0; i < 100 && read.IsEmpty; i++)
                await Task.Delay(100);
            await Task.Delay(500); // until what waited is known to be delivered, a new one would wait behind it
            Assert.Equal(200, await SendAsync("there you are"));
            Assert.Equal(["are you there?", "there you are"], read);
        }

        await stop.CancelAsync();
        await serving;
        await sample.StopAsync();
        await sample.Says("1 delivered at once, 1 later, 0 waiting");

        async Task<int> SendAsync(string text) => (await agent.RequestAsync(new SipRequestOptions
        {
            Method = SipMethod.Message,
            Target = SipUri.Parse($"sip:bob@{server}"),
            To = SipAddress.Parse("sip:bob@127.0.0.1"),
            From = SipAddress.Parse("sip:alice@127.0.0.1"),
            Credentials = Secret("alice"),
            Body = new SipBody("text/plain", text),
        })).Status;

        static DigestCredentials Secret(string name) => new() { Username = name, Password = "secret" };
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

    // A registrar of one answer: 200 with the binding as it came.
    private static async Task<string> AcceptAsync(UdpClient registrar)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var datagram = await registrar.ReceiveAsync(limit.Token);
        var lines = Encoding.UTF8.GetString(datagram.Buffer).Split("\r\n");
        string[] kept = ["Via", "From", "To", "Call-ID", "CSeq", "Contact"];
        var answer = string.Join("\r\n", ["SIP/2.0 200 OK", .. lines.Where(l => kept.Any(k => l.StartsWith(k + ":", StringComparison.Ordinal))), "Expires: 300", "Content-Length: 0", "", ""]);
        await registrar.SendAsync(Encoding.UTF8.GetBytes(answer), datagram.RemoteEndPoint);
        return string.Join("\r\n", lines);
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
