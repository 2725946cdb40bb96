using Parley.Testing.Agents;
using Parley.Testing.Audio;
using Parley.Testing.Expectations;
using Parley.Testing.Tests.Support;

namespace Parley.Testing.Tests.Agents;

/// <summary>How agents come to be known, and that nothing of them is left.</summary>
public class AgentRegistrationTests
{
    [Fact]
    public void An_agent_registers_by_itself_and_takes_it_back_in_the_end() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A");
        Assert.Equal("200 OK", a.RegistrationReason);
        Assert.Equal(1, bench.Server.Registrations);
        await a.DisposeAsync();
        Assert.Equal(0, bench.Server.Registrations);
        Assert.Empty(bench.Session.Agents);
        Assert.Equal("agent `A` is not connected — create it with agent(\"A\", …) first", (await Assert.ThrowsAsync<AgentException>(() => a.DialAsync("b"))).Message);
        foreach (var verb in new Func<Task>[] { () => a.AcceptAsync(), () => a.HangupAsync(), () => a.RegisterAsync(), () => a.CompleteTransferAsync() })
            await Assert.ThrowsAsync<AgentException>(verb);
    });

    [Fact]
    public void An_observer_that_throws_changes_nothing() => Bench.Run(async bench =>
    {
        await using var session = new AgentSession(bench.Session.Options with { OnEvent = _ => throw new InvalidOperationException("not today") });
        var options = new AgentOptions { Domain = bench.Server.Domain };
        var (a, b) = (await session.CreateAsync("A", options with { Username = "a" }), await session.CreateAsync("B", options with { Username = "b" }));
        await bench.Until(() => Expect.That(a.Registered && b.Registered).IsTrue());
        await bench.ConnectAsync(a, b);
        await a.HangupAsync();
        await bench.UntilState(b, AgentState.Idle);
        await session.DisposeAsync();
        Assert.True(session.Leftovers.IsClean);
        Assert.True(session.EventFaults > 5);
    });

    [Fact]
    public void With_an_interval_of_zero_it_registers_when_it_is_told_to() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A", options => options with { RegInt = 0 });
        await bench.Delay(5);
        Assert.False(a.Registered);
        Assert.Equal(0, bench.Server.Registrations);
        await a.RegisterAsync();
        await bench.Until(() => Expect.That(a.Registered).IsTrue());
    });

    [Fact]
    public void Told_again_it_registers_again() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A");
        var before = Registers(a);
        await a.RegisterAsync();
        await bench.Until(() => Expect.That(Registers(a)).IsEqualTo(before + 1));
        Assert.True(a.Registered);
    });

    [Fact]
    public void A_password_is_asked_for_and_given() => Bench.Run(async bench =>
    {
        bench.Server.Allow("a", "secret");
        bench.Server.Allow("login", "secret");
        var a = await bench.AddAsync("A", options => options with { Password = "secret" });
        var b = await bench.AddAsync("B");
        await bench.ConnectAsync(a, b);
        var wrong = await bench.Session.CreateAsync("C", new AgentOptions { Username = "a", Domain = bench.Server.Domain, Password = "guess" });
        await bench.Until(() => Expect.That(wrong.RegistrationReason).Contains("401"));
        Assert.False(wrong.Registered);
    });

    [Theory]
    [InlineData("tcp")]
    public void Over_TCP_it_is_the_same(string transport) => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A", options => options with { Transport = transport });
        var b = await bench.AddAsync("B", options => options with { Transport = transport });
        await bench.ConnectAsync(a, b);
        await a.VerifyAudioConnectionAsync(b);
        Assert.Equal(Sip.Transport.SipTransport.Tcp, a.CurrentCall!.Underlying.Transport);
        await b.HangupAsync();
        await bench.UntilState(a, AgentState.Idle);
    });

    [Fact]
    public void The_lamp_of_the_mailbox_is_seen() => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A", options => options with { Mwi = true });
        bench.Server.SetWaitingMessages("a", 3);
        await bench.Until(() => Expect.That(a.MessagesWaiting).IsEqualTo(3));
        bench.Server.SetWaitingMessages("a", 0);
        await bench.Until(() => Expect.That(a.MessagesWaiting).IsEqualTo(0));
    });

    [Fact]
    public void One_of_the_same_name_takes_the_others_place() => Bench.Run(async bench =>
    {
        var first = await bench.AddAsync("A");
        var second = await bench.AddAsync("A");
        Assert.NotSame(first, second);
        Assert.Same(second, Assert.Single(bench.Session.Agents));
    });

    [Fact]
    public void Nothing_is_left_of_a_session_that_ends_in_the_middle_of_everything() => Bench.Run(async bench =>
    {
        var (a, b, c) = (await bench.AddAsync("A"), await bench.AddAsync("B"), await bench.AddAsync("C"));
        await bench.ConnectAsync(a, b);
        await a.SendAudioAsync(AudioSpec.Tone(440));
        await b.AttendedTransferAsync(c);
        await bench.UntilState(c, AgentState.Ringing);
        await c.DialAsync("nobody-who-answers@10.9.9.9");
        Assert.False(bench.Session.Leftovers.IsClean);
        await bench.Session.DisposeAsync();
        Assert.True(bench.Session.Leftovers.IsClean, bench.Session.Leftovers.ToString());
        Assert.Equal(0, bench.Server.Registrations);
    });

    [Fact]
    public void A_call_is_recorded_in_both_directions()
    {
        var folder = Directory.CreateTempSubdirectory("parley-testing-").FullName;
        try
        {
            Bench.Run(
                async bench =>
                {
                    var (a, b) = (await bench.AddAsync("A"), await bench.AddAsync("B"));
                    await bench.ConnectAsync(a, b);
                    await a.VerifyAudioConnectionAsync(b);
                    await bench.Delay(2);
                    await a.HangupAsync();
                },
                new AgentSessionOptions { AudioFolder = folder });
            var files = Directory.GetFiles(folder).Select(file => Path.GetFileName(file)!.Split('-')[^2..]).Select(parts => string.Join('-', parts)).Order();
            Assert.Equal(["A-recv.wav", "A-sent.wav", "B-recv.wav", "B-sent.wav"], files);
            Assert.All(Directory.GetFiles(folder), file => Assert.True(Parley.Media.Files.AudioFile.Load(file).Duration > TimeSpan.FromSeconds(2), file));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Registers(Agent agent) =>
        agent.Trace.Count(message => System.Text.Encoding.UTF8.GetString(message.Bytes.Span).StartsWith("REGISTER ", StringComparison.Ordinal));
}
