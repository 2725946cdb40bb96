namespace Parley.Interop.Tests.Harness;

/// <summary>An answered call of a <see cref="HandPhone"/>: numbers its requests and holds its RTP.</summary>
internal sealed class HandCall : IDisposable
{
    private readonly HandPhone _phone;
    private readonly HandMessage _invite;
    private readonly HandMessage _answer;
    private int _sequence = 1;

    private HandCall(HandPhone phone, HandMessage invite, HandMessage answer, RtpPhone rtp)
        => (_phone, _invite, _answer, Rtp) = (phone, invite, answer, rtp);

    public RtpPhone Rtp { get; }

    public HandMessage Answer => _answer;

    public HandMessage Invite => _invite;

    /// <summary>Calls and waits for the 200; <paramref name="more"/> is appended to the usual offer.</summary>
    public static async Task<HandCall> DialAsync(HandPhone phone, string uri, string more = "")
    {
        var rtp = new RtpPhone();
        var invite = phone.Request("INVITE", uri, body: HandPhone.Offer(rtp.Port) + more);
        var answer = await phone.FinalAsync(invite);
        Assert.True(answer.Status == 200, $"expected 200, got\n{answer}");
        rtp.Connect(answer.MediaPort);
        return new(phone, new(invite), answer, rtp);
    }

    /// <summary>Sends a request inside the call and returns its final response.</summary>
    public Task<HandMessage> RequestAsync(string method, string[]? headers = null, string body = "")
    {
        var contact = _answer["Contact"].Split('<', '>')[1];
        string[] dialog =
        [
            $"From: {_invite["From"]}", $"To: {_answer["To"]}", $"Call-ID: {_invite["Call-ID"]}", $"CSeq: {++_sequence} {method}", .. headers ?? [],
        ];
        return _phone.FinalAsync(_phone.Request(method, contact, dialog, body));
    }

    /// <summary>A digit as phones without RFC 4733 send it.</summary>
    public async Task SendInfoDigitAsync(char digit)
    {
        var response = await RequestAsync("INFO", ["Content-Type: application/dtmf-relay"], $"Signal={digit}\r\nDuration=160\r\n");
        Assert.Equal(200, response.Status);
    }

    public async Task HangUpAsync()
    {
        var response = await RequestAsync("BYE");
        Assert.Equal(200, response.Status);
    }

    public void Dispose() => Rtp.Dispose();
}
