using System.Net;
using System.Net.Sockets;
using System.Text;
using Parley.Dialogs;
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

/// <summary>The samples that serve others, and the one that registers with such a server, do what their first lines promise.</summary>
public class ServerSampleTests
{
    private const string Loopback = "udp://127.0.0.1:0";

    [Fact]
    public async Task Register_keeps_an_address_and_takes_it_back()
    {
        using var registrar = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await using var sample = SampleProcess.Start("register", $"sip:alice@{registrar.Client.LocalEndPoint}", "secret", Loopback);
        Assert.DoesNotContain("Expires: 0", await AcceptAsync(registrar), StringComparison.Ordinal);
        await sample.Says("Registered: 200 OK, next attempt in ");
        var stopping = sample.StopAsync();
        // What came before it is the first one once more, where its answer took its time; that nothing comes fails there.
        while (!(await AcceptAsync(registrar)).Contains("Expires: 0", StringComparison.Ordinal))
        {
        }

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

        Assert.Equal(CallEndKind.Completed, (await ended.Task.WaitAsync(TimeSpan.FromSeconds(40))).Kind);
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
        await seen.Task.WaitAsync(TimeSpan.FromSeconds(40));
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
            for (var i = 0; i < 400 && read.IsEmpty; i++)
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

    // A registrar of one answer: 200 with the binding as it came.
    private static async Task<string> AcceptAsync(UdpClient registrar)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        var datagram = await registrar.ReceiveAsync(limit.Token);
        var lines = Encoding.UTF8.GetString(datagram.Buffer).Split("\r\n");
        string[] kept = ["Via", "From", "To", "Call-ID", "CSeq", "Contact"];
        var answer = string.Join("\r\n", ["SIP/2.0 200 OK", .. lines.Where(l => kept.Any(k => l.StartsWith(k + ":", StringComparison.Ordinal))), "Expires: 300", "Content-Length: 0", "", ""]);
        await registrar.SendAsync(Encoding.UTF8.GetBytes(answer), datagram.RemoteEndPoint);
        return string.Join("\r\n", lines);
    }
}
