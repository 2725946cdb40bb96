using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases;

/// <summary>baresip dials every built-in extension over every transport, and what it heard is checked by frequency.</summary>
public abstract class BaresipCallsExtensions(ServeFixture fixture, string transport) : IClassFixture<ServeFixture>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private readonly ServeProcess _server = fixture.Server;

    [Fact]
    public async Task Echo_returns_what_was_said_until_the_caller_hangs_up()
    {
        await using var phone = await Baresip.StartAsync(new() { Transport = transport, ToneHz = 700 });
        await phone.DialAsync(_server.Uri("echo", transport));
        await phone.AssertHearsAsync(700, atLeast: 1.8);
        await phone.HangUpAsync();
        await phone.WaitForEndAsync(Soon);
    }

    [Theory]
    [InlineData("tone", 440)]
    [InlineData("tone-1000", 1000)]
    public async Task Tone_is_heard_at_its_frequency_and_nothing_else(string extension, int frequency)
    {
        await using var phone = await Baresip.StartAsync(new() { Transport = transport });
        await phone.DialAsync(_server.Uri(extension, transport));
        await phone.AssertHearsAsync(frequency, atLeast: 1.5);
        await phone.HangUpAsync();
        await phone.WaitForEndAsync(Soon);

        var heard = await phone.HeardAsync();
        Assert.All(Tone.Spans(heard.Channels[0], heard.Rate), span => Assert.True(span.Frequency == 0 || Math.Abs(span.Frequency - frequency) <= 10, $"{span}"));
    }

    [Fact]
    public Task Play_says_the_whole_prompt_and_hangs_up() => Unhurried.PassesAsync(async () =>
    {
        await using var phone = await Baresip.StartAsync(new() { Transport = transport });
        await phone.DialAsync(_server.Uri("play", transport));
        await phone.WaitForEndAsync(Soon);

        var prompt = Wav.Read(Repository.Prompt);
        var heard = await phone.HeardAsync();
        Assert.InRange(Tone.Likeness(prompt, heard), 0.9, 1.01);
    });

    [Fact]
    public Task Record_beeps_and_ends_on_the_hash_key() => Unhurried.PassesAsync(async () =>
    {
        await using var phone = await Baresip.StartAsync(new() { Transport = transport, ToneHz = 700 });
        await phone.DialAsync(_server.Uri("record", transport));
        await Eventually.AssertAsync(() => Assert.Contains(Tone.Spans(phone.HeardSoFar(), 8_000, atLeast: 0.1), span => span.Frequency != 0));
        await phone.SendDigitsAsync("#", TimeSpan.FromSeconds(0.2));
        await phone.WaitForEndAsync(Soon);
    });

    [Fact]
    public async Task Menu_answers_each_digit_with_its_tone()
    {
        await using var phone = await Baresip.StartAsync(new() { Transport = transport });
        await phone.DialAsync(_server.Uri("menu", transport));
        await Task.Delay(TimeSpan.FromSeconds(0.5)); // its audio begins behind the answer
        foreach (var (digit, hertz) in ((char, int)[])[('1', 400), ('5', 800), ('9', 1200)])
            await PressAsync(phone, digit, hertz);
        await phone.HangUpAsync();
        await phone.WaitForEndAsync(Soon);
    }

    // A baresip that the machine lets wait for a second throws away what has come meanwhile, and then that was the tone: it presses once more. That a digit has its tone once is
    // proven with packets, in DigitTests.
    private static Task PressAsync(Baresip phone, char digit, int hertz) => Unhurried.PassesAsync(async () =>
    {
        var heard = phone.AssertHearsAsync(hertz, TimeSpan.FromSeconds(10));
        await phone.SendDigitsAsync(digit.ToString(), TimeSpan.FromSeconds(1));
        await heard;
    });

    [Fact]
    public Task Early_plays_440_Hz_before_the_answer_and_880_Hz_after_it() => Unhurried.PassesAsync(async () =>
    {
        await using var phone = await Baresip.StartAsync(new() { Transport = transport });
        await phone.DialAsync(_server.Uri("early", transport));
        await phone.AssertHearsAsync(880, atLeast: 1);
        await phone.HangUpAsync();
        await phone.WaitForEndAsync(Soon);

        Assert.Contains(phone.Events, e => e.Type == "CALL_PROGRESS");
        var heard = await phone.HeardAsync();
        Tone.AssertSequence(heard.Channels[0], heard.Rate, 440, 880);
        Tone.AssertHeard(heard.Channels[0], heard.Rate, 440, atLeast: 1.5);
        Tone.AssertHeard(heard.Channels[0], heard.Rate, 880, atLeast: 1);
    });

    [Theory]
    [InlineData(404)]
    [InlineData(486)]
    [InlineData(603)]
    public async Task Reject_refuses_with_the_status_asked_for(int status)
    {
        await using var phone = await Baresip.StartAsync(new() { Transport = transport });
        var reason = await phone.DialRefusedAsync(_server.Uri($"reject-{status}", transport));
        Assert.StartsWith($"{status} ", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bridge_joins_the_caller_with_the_phone_it_dials()
    {
        await using var caller = await Baresip.StartAsync(new() { Transport = transport, ToneHz = 600 });
        await using var callee = await Baresip.StartAsync(new() { Transport = transport == "tls" ? "udp" : transport, ToneHz = 900 });
        await caller.DialAsync(_server.Uri("bridge-" + System.Uri.EscapeDataString(callee.Uri), transport));
        await callee.WaitForAnswerAsync(Soon);
        await Task.WhenAll(caller.AssertHearsAsync(900, atLeast: 1.8), callee.AssertHearsAsync(600, atLeast: 1.8));
        await caller.HangUpAsync();
        await callee.WaitForEndAsync(Soon);
    }
}

public sealed class BaresipOverUdp(ServeFixture fixture) : BaresipCallsExtensions(fixture, "udp");

public sealed class BaresipOverTcp(ServeFixture fixture) : BaresipCallsExtensions(fixture, "tcp");

public sealed class BaresipOverTls(ServeFixture fixture) : BaresipCallsExtensions(fixture, "tls");
