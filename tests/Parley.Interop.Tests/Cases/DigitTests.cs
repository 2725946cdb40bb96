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

        var spans = Tone.Spans(call.Rtp.Heard(), 8000).Where(span => span.Frequency != 0);
        var span = Assert.Single(spans);
        Assert.InRange(span.Frequency, 990, 1010);
        Assert.InRange(span.Length, 0.85, 1.15);
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

        var span = Assert.Single(Tone.Spans(call.Rtp.Heard(), 8000), span => span.Frequency != 0);
        Assert.InRange(span.Frequency, 590, 610);
        Assert.InRange(span.Length, 0.85, 1.15);
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
}
