using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases;

/// <summary>Digits by RFC 4733 packets and by SIP INFO, packet by packet.</summary>
public sealed class DigitTests(ServeFixture fixture) : IClassFixture<ServeFixture>
{
    private readonly ServeProcess _server = fixture.Server;

    [Fact]
    public async Task A_digit_by_info_plays_its_tone_once()
    {
        using var phone = new HandPhone(_server.SipPort);
        using var call = await HandCall.DialAsync(phone, _server.Uri("menu"));
        await call.SendInfoDigitAsync('7');
        await Task.Delay(TimeSpan.FromSeconds(1.8));
        await call.HangUpAsync();

        AssertOneTone(call, 1000);
    }

    [Fact]
    public async Task A_digit_by_rtp_event_plays_its_tone_once_although_its_end_comes_three_times()
    {
        using var phone = new HandPhone(_server.SipPort);
        using var call = await HandCall.DialAsync(phone, _server.Uri("menu"));
        await call.Rtp.SendToneAsync(350, TimeSpan.FromSeconds(0.2));
        await call.Rtp.SendDigitAsync('3');
        await Task.Delay(TimeSpan.FromSeconds(1.8));
        await call.HangUpAsync();

        AssertOneTone(call, 600);
    }

    [Fact]
    public async Task A_body_that_is_no_digit_is_refused_and_the_call_goes_on()
    {
        using var phone = new HandPhone(_server.SipPort);
        using var call = await HandCall.DialAsync(phone, _server.Uri("menu"));
        var response = await call.RequestAsync("INFO", ["Content-Type: text/plain"], "hello");
        Assert.Equal(415, response.Status);
        Assert.NotEqual("", response["Accept"]);
        await call.SendInfoDigitAsync('1');
        await call.HangUpAsync();
    }

    [Fact]
    public async Task Every_digit_of_parley_call_reaches_the_other_phone()
    {
        await using var phone = await Baresip.StartAsync();
        var command = await ParleyCommand.RunAsync("call", phone.Uri, "--dtmf", "123#", "--duration", "4s");
        command.AssertExit(0);
        Assert.Equal("123#", phone.Digits);
    }

    private void AssertOneTone(HandCall call, int frequency)
    {
        var spans = Tone.Spans(call.Rtp.Heard(), 8000);
        var tones = spans.Where(span => span.Frequency != 0).ToList();
        Assert.True(
            tones.Count == 1 && Math.Abs(tones[0].Frequency - frequency) <= 10 && tones[0].Length is >= 0.85 and <= 1.15,
            $"expected {frequency} Hz once, for a second; heard in {call.Rtp.Received.Count} packets: {Tone.Describe(spans)}\n{_server.Output}");
    }
}
