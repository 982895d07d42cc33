"""Towns, states and countries that statements print behind a shop's name."""

COUNTRIES = """
    gb, gbr, uk, de, deu, in, ind, us, usa, ie, irl, fr, fra, nl, nld, es, esp, it, ita, lu, lux, at, aut, ch, che, be,
    bel, sg, sgp, au, aus
"""
STATES = """
    al, ak, az, ar, ca, co, ct, dc, de, fl, ga, hi, ia, id, il, ks, ky, la, ma, md, me, mi, mn, mo, ms, mt, nc, nd,
    ne, nh, nj, nm, nv, ny, oh, ok, or, pa, ri, sc, sd, tn, tx, ut, va, vt, wa, wi, wv, wy
"""
CITIES = """
    london, camden, hackney, islington, manchester, birmingham, leeds, liverpool, bristol, sheffield, edinburgh,
    glasgow, cardiff, belfast, nottingham, leicester, newcastle, brighton, oxford, cambridge, york, southampton,
    portsmouth, watford, luton, croydon, coventry, harrogate, reading, norwich, exeter, derby, plymouth, aberdeen,
    swindon, solihull, milton keynes, dublin, cork, mumbai, navi mumbai, delhi, new delhi, bangalore, bengaluru,
    hyderabad, secunderabad, chennai, kolkata, pune, ahmedabad, jaipur, gurgaon, gurugram, noida, ghaziabad,
    faridabad, kochi, cochin, lucknow, indore, bhopal, thane, thane west, chandigarh, mohali, surat, vadodara, nagpur,
    nashik, mysuru, mysore, coimbatore, madurai, patna, kanpur, visakhapatnam, vijayawada, goa, trivandrum, mangalore,
    new york, brooklyn, bronx, queens, los angeles, los gatos, san francisco, san jose, san diego, oakland, berkeley,
    sacramento, seattle, bellevue, portland, beaverton, chicago, houston, austin, dallas, san antonio, boston,
    somerville, miami, atlanta, denver, boulder, phoenix, tucson, philadelphia, pittsburgh, las vegas, washington,
    arlington, baltimore, minneapolis, st paul, milwaukee, detroit, cleveland, columbus, cincinnati, orlando, tampa,
    charlotte, raleigh, nashville, new orleans, salt lake city, st louis, kansas city, berlin, hamburg, muenchen,
    münchen, munich, koeln, köln, frankfurt, stuttgart, duesseldorf, düsseldorf, leipzig, dresden, hannover, bremen,
    nuernberg, nürnberg, dortmund, essen, bonn, potsdam, mannheim, karlsruhe, paris, lyon, amsterdam, rotterdam,
    utrecht, brussels, luxembourg, wien, vienna, graz, zuerich, zürich, zurich, geneva, basel, madrid, barcelona,
    malaga, seville, sevilla, bilbao, alicante, palma, valencia, rome, roma, milano, milan, lisbon, lisboa, porto,
    prague, praha, warsaw, copenhagen, stockholm, oslo, helsinki, singapore, dubai, sydney, melbourne, brisbane,
    perth, adelaide
"""
